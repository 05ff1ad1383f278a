"use client";
import { useId } from "react";
import { Combobox } from "#components/ui/combobox";
import { Input } from "#components/ui/input";
import type { Vocabulary } from "./rule-fields.tsx";

type Which = { campaignId?: string; stepId?: string; days?: number };
type Props<T extends Which> = {
  value: T;
  campaigns: Vocabulary["campaigns"];
  onChange: (value: T) => void;
};

/** Of which campaign, and how long ago at most; neither = any mail, ever. */
export function WhichMessages<T extends Which>({ value, campaigns, onChange }: Props<T>) {
  const daysId = useId();
  const { campaignId, stepId } = value;
  const options = [
    { value: "", label: "Of any campaign" },
    ...(campaignId && !campaigns.some(({ id }) => id === campaignId)
      ? [{ value: campaignId, label: "A campaign that is gone" }]
      : []),
    ...(stepId && !campaignId ? [{ value: "step", label: "One email of a campaign" }] : []),
    ...campaigns.map(({ id, name }) => ({ value: id, label: name })),
  ];
  function choose(chosen: string) {
    if (chosen === "step") return;
    const { campaignId: _, stepId: __, ...rest } = value;
    onChange((chosen ? { ...rest, campaignId: chosen } : rest) as T);
  }
  function limit(typed: string) {
    const { days: _, ...rest } = value;
    onChange((typed === "" ? rest : { ...rest, days: Number(typed) }) as T);
  }
  return (
    <>
      <span className="min-w-44 flex-1">
        <Combobox
          aria-label="Of which campaign"
          value={campaignId ?? (stepId ? "step" : "")}
          options={options}
          onChange={choose}
        />
      </span>
      <span className="flex items-center gap-2">
        <label htmlFor={daysId} className="whitespace-nowrap text-muted">
          in the last
        </label>
        <Input
          id={daysId}
          type="number"
          min={1}
          max={3650}
          step={1}
          placeholder="any"
          className="w-20"
          value={value.days ?? ""}
          onChange={({ target }) => limit(target.value)}
        />
        <span className="text-muted">days</span>
      </span>
    </>
  );
}
