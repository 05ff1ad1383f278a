"use client";
import { Tabs } from "#components/ui/tabs";

export const OperatorTabs = () => (
  <Tabs
    label="Operator"
    tabs={[
      { label: "Runs", href: "/operator" },
      { label: "Functions and queues", href: "/operator/functions" },
    ]}
  />
);
