import type { Metadata } from "next";
import { Suspense } from "react";
import { AudienceEditor } from "#components/campaigns/audience-editor";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Audience" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function AudiencePage(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="h-72 w-full" />}>
      <Audience {...props} />
    </Suspense>
  );
}

async function Audience({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [campaign, choices, { permissions }] = await Promise.all([
    api.campaigns.byId({ id }),
    api.campaigns.audienceChoices(),
    api.workspaces.current(),
  ]);
  return (
    <AudienceEditor
      workspace={workspace}
      initial={campaign}
      choices={choices}
      canWrite={permissions.includes("campaigns:write")}
    />
  );
}
