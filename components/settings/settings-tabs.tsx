"use client";
import { useParams } from "next/navigation";
import { Tabs } from "#components/ui/tabs";

/** The pages of a workspace's settings. */
export function SettingsTabs() {
  const { workspace } = useParams<{ workspace: string }>();
  const at = (path: string) => `/${workspace}/settings${path}`;
  return (
    <Tabs
      label="Settings"
      tabs={[
        { label: "Workspace", href: at("") },
        { label: "Members", href: at("/members") },
        { label: "Mailboxes", href: at("/mailboxes") },
        { label: "Domains", href: at("/domains") },
        { label: "Sending", href: at("/sending") },
        { label: "Lead score", href: at("/scoring") },
        { label: "Fields", href: at("/fields") },
        { label: "API keys", href: at("/api-keys") },
        { label: "Organization", href: at("/organization") },
        { label: "Account", href: at("/account") },
      ]}
    />
  );
}
