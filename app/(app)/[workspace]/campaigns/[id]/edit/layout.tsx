import { Suspense, type ReactNode } from "react";
import { CampaignHead } from "#components/campaigns/campaign-head";
import { CampaignTabs } from "#components/campaigns/campaign-tabs";
import { ScheduledNote } from "#components/campaigns/scheduled-note";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

type Props = { children: ReactNode; params: Promise<{ workspace: string; id: string }> };

export default function EditLayout({ children, params }: Props) {
  return (
    <Suspense fallback={<Skeleton className="m-8 h-40" />}>
      <Head params={params}>{children}</Head>
    </Suspense>
  );
}

async function Head({ children, params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [campaign, { permissions }] = await Promise.all([
    api.campaigns.byId({ id }),
    api.workspaces.current(),
  ]);
  return (
    <CampaignHead
      workspace={workspace}
      campaign={campaign}
      permissions={permissions}
      tabs={
        <CampaignTabs
          workspace={workspace}
          id={id}
          triggered={campaign.type === "triggered"}
          repeats={campaign.series !== null || campaign.occurrences > 0}
        />
      }
    >
      {campaign.status === "scheduled" && (
        <ScheduledNote
          workspace={workspace}
          campaign={campaign}
          canLaunch={permissions.includes("campaigns:launch")}
        />
      )}
      {children}
    </CampaignHead>
  );
}
