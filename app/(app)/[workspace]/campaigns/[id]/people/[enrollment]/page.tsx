import type { Metadata } from "next";
import { Suspense } from "react";
import { JourneyView } from "#components/campaigns/journey-view";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Journey" };

type Props = { params: Promise<{ workspace: string; id: string; enrollment: string }> };

export default function JourneyPage({ params }: Props) {
  return (
    <Suspense fallback={<Skeleton className="m-8 h-96" />}>
      <Journey params={params} />
    </Suspense>
  );
}

async function Journey({ params }: Props) {
  const { workspace, id, enrollment } = await params;
  const api = caller(workspace);
  const [campaign, journey, current] = await Promise.all([
    api.campaigns.byId({ id }),
    api.enrollments.journey({ campaignId: id, enrollmentId: enrollment }),
    api.workspaces.current(),
  ]);
  return (
    <JourneyView
      workspace={workspace}
      campaign={campaign}
      initial={journey}
      canLaunch={current.permissions.includes("campaigns:launch")}
      timeZone={current.workspace.timezone}
    />
  );
}
