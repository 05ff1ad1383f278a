import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Suspense } from "react";
import { CampaignHead } from "#components/campaigns/campaign-head";
import { LiveView } from "#components/campaigns/live-view";
import { PauseResume } from "#components/campaigns/pause-resume";
import { LinkButton } from "#components/ui/link-button";
import { Skeleton } from "#components/ui/skeleton";
import { hasOnlyRepeated, isLaunched } from "#server/campaigns/schema";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Campaign" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function CampaignPage(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="m-8 h-96" />}>
      <Campaign {...props} />
    </Suspense>
  );
}

async function Campaign({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [campaign, { permissions, workspace: current }] = await Promise.all([
    api.campaigns.byId({ id }),
    api.workspaces.current(),
  ]);
  if (!isLaunched(campaign.status)) redirect(`/${workspace}/campaigns/${id}/edit`);
  if (hasOnlyRepeated(campaign)) redirect(`/${workspace}/campaigns/${id}/edit/occurrences`);
  const [followed, timeline] = await Promise.all([
    api.analytics.follow({ id }),
    api.analytics.timeline({ id, unit: "day" }),
  ]);
  return (
    <CampaignHead
      workspace={workspace}
      campaign={campaign}
      permissions={permissions}
      action={
        <>
          <LinkButton href={`/${workspace}/campaigns/${id}/edit`}>Steps and settings</LinkButton>
          {permissions.includes("campaigns:launch") && <PauseResume campaign={campaign} />}
        </>
      }
    >
      <LiveView
        workspace={workspace}
        campaign={campaign}
        followed={followed}
        timeline={timeline}
        timeZone={current.timezone}
        canLaunch={permissions.includes("campaigns:launch")}
      />
    </CampaignHead>
  );
}
