import type { Metadata } from "next";
import { Suspense } from "react";
import { GoalEditor } from "#components/goals/goal-editor";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Goals" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function GoalsPage(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="h-72 w-full" />}>
      <Goals {...props} />
    </Suspense>
  );
}

async function Goals({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [campaign, choices, targets, { permissions }] = await Promise.all([
    api.campaigns.byId({ id }),
    api.campaigns.audienceChoices(),
    api.campaigns.linkSources(),
    api.workspaces.current(),
  ]);
  return (
    <GoalEditor
      workspace={workspace}
      initial={campaign}
      choices={choices}
      targets={targets}
      canWrite={permissions.includes("campaigns:write")}
    />
  );
}
