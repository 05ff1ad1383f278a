import type { Metadata } from "next";
import { Suspense } from "react";
import { StepBuilder } from "#components/campaigns/step-builder";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Steps" };

type Props = { params: Promise<{ workspace: string; id: string }>; searchParams: Promise<{ step?: string }> };

export default function StepsPage(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="h-96 w-full max-w-md" />}>
      <Steps {...props} />
    </Suspense>
  );
}

async function Steps({ params, searchParams }: Props) {
  const [{ workspace, id }, { step }] = await Promise.all([params, searchParams]);
  const api = caller(workspace);
  const [campaign, view, current] = await Promise.all([
    api.campaigns.byId({ id }),
    api.campaigns.stepView(),
    api.workspaces.current(),
  ]);
  return (
    <StepBuilder
      key={step}
      workspace={workspace}
      initial={campaign}
      firstStep={step ?? null}
      firstView={view}
      canWrite={current.permissions.includes("campaigns:write")}
      canLaunch={current.permissions.includes("campaigns:launch")}
      timeZone={current.workspace.timezone}
    />
  );
}
