import { Tabs } from "#components/ui/tabs";

export function CampaignTabs({ workspace, id }: { workspace: string; id: string }) {
  const base = `/${workspace}/campaigns/${id}/edit`;
  return (
    <Tabs
      label="Campaign"
      tabs={[
        { label: "Steps", href: base },
        { label: "Audience", href: `${base}/audience` },
        { label: "Settings", href: `${base}/settings` },
        { label: "Review", href: `${base}/review` },
      ]}
    />
  );
}
