import { Tabs } from "#components/ui/tabs";

type Props = { workspace: string; id: string; triggered: boolean; repeats: boolean };

export function CampaignTabs({ workspace, id, triggered, repeats }: Props) {
  const base = `/${workspace}/campaigns/${id}/edit`;
  return (
    <Tabs
      label="Campaign"
      tabs={[
        { label: "Steps", href: base },
        { label: triggered ? "Trigger" : "Audience", href: `${base}/audience` },
        { label: "Goals", href: `${base}/goals` },
        { label: "Settings", href: `${base}/settings` },
        { label: "Review", href: `${base}/review` },
        ...(repeats ? [{ label: "Repeats", href: `${base}/occurrences` }] : []),
      ]}
    />
  );
}
