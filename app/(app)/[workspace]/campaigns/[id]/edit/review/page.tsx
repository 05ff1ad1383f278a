import type { Metadata } from "next";
import { Suspense } from "react";
import { LaunchReview } from "#components/campaigns/launch-review";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Review" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function ReviewPage(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="h-96 w-full" />}>
      <Review {...props} />
    </Suspense>
  );
}

async function Review({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [campaign, review, approval, current] = await Promise.all([
    api.campaigns.byId({ id }),
    api.campaigns.review({ id }),
    api.approvals.byCampaign({ campaignId: id }),
    api.workspaces.current(),
  ]);
  return (
    <LaunchReview
      {...{ workspace, campaign, review, approval }}
      permissions={current.permissions}
      timeZone={current.workspace.timezone}
    />
  );
}
