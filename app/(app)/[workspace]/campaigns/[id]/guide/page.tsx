import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Suspense, type ReactNode } from "react";
import { GuideEmails } from "#components/campaigns/guide/guide-emails";
import { GuideFrame } from "#components/campaigns/guide/guide-frame";
import { partAt } from "#components/campaigns/guide/guide-parts";
import { GuideSending } from "#components/campaigns/guide/guide-sending";
import { AudienceEditor } from "#components/campaigns/audience-editor";
import { LaunchReview } from "#components/campaigns/launch-review";
import type { Campaign } from "#components/campaigns/use-campaign-edits";
import { Skeleton } from "#components/ui/skeleton";
import type { GuidePart } from "#server/campaigns/schema";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Campaign, step by step" };

type Props = {
  params: Promise<{ workspace: string; id: string }>;
  searchParams: Promise<{ at?: string }>;
};

export default function GuidePage(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="m-8 h-96" />}>
      <Guide {...props} />
    </Suspense>
  );
}

async function Guide({ params, searchParams }: Props) {
  const [{ workspace, id }, { at }] = await Promise.all([params, searchParams]);
  const api = caller(workspace);
  const [campaign, current] = await Promise.all([api.campaigns.byId({ id }), api.workspaces.current()]);
  if (campaign.status !== "draft" || campaign.archived) redirect(`/${workspace}/campaigns/${id}/edit`);
  const part = partAt(at, campaign);
  return (
    <GuideFrame key={part} workspace={workspace} campaign={campaign} part={part}>
      {await partOf(part, {
        workspace,
        campaign,
        permissions: current.permissions,
        timeZone: current.workspace.timezone,
      })}
    </GuideFrame>
  );
}

type Part = { workspace: string; campaign: Campaign; permissions: string[]; timeZone: string };

async function partOf(
  part: GuidePart,
  { workspace, campaign, permissions, timeZone }: Part,
): Promise<ReactNode> {
  const api = caller(workspace);
  const props = { workspace, initial: campaign, canWrite: permissions.includes("campaigns:write") };
  if (part === "who") return <AudienceEditor {...props} choices={await api.campaigns.audienceChoices()} />;
  if (part === "emails") return <GuideEmails {...props} />;
  if (part === "sending") {
    const [senders, pools] = await Promise.all([api.campaigns.senders(), api.pools.list()]);
    return <GuideSending {...props} senders={senders} pools={pools} />;
  }
  const [review, approval] = await Promise.all([
    api.campaigns.review({ id: campaign.id }),
    api.approvals.byCampaign({ campaignId: campaign.id }),
  ]);
  return <LaunchReview {...{ workspace, campaign, review, approval, permissions, timeZone }} />;
}
