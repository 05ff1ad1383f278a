import type { Metadata } from "next";
import { Suspense } from "react";
import { OccurrenceTable } from "#components/campaigns/occurrence-table";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Repeats" };

type Props = {
  params: Promise<{ workspace: string; id: string }>;
  searchParams: Promise<{ before?: string }>;
};

export default function OccurrencesPage(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="h-96 w-full" />}>
      <Occurrences {...props} />
    </Suspense>
  );
}

async function Occurrences({ params, searchParams }: Props) {
  const [{ workspace, id }, { before }] = await Promise.all([params, searchParams]);
  const api = caller(workspace);
  const [campaign, page, { permissions }] = await Promise.all([
    api.campaigns.byId({ id }),
    api.occurrences.list({ id, before }),
    api.workspaces.current(),
  ]);
  return (
    <OccurrenceTable
      {...{ workspace, campaign, page }}
      paged={before !== undefined}
      canLaunch={permissions.includes("campaigns:launch")}
    />
  );
}
