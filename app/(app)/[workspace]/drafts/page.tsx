import type { Metadata } from "next";
import { Suspense } from "react";
import { DraftCosts } from "#components/drafts/draft-costs";
import { DraftDays } from "#components/drafts/draft-days";
import { DraftDesk } from "#components/drafts/draft-desk";
import { DraftFilter } from "#components/drafts/draft-filter";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { countedMax, draftListInput } from "#server/drafts/schema";

export const metadata: Metadata = { title: "Drafts" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default function DraftsPage({ params, searchParams }: Props) {
  return (
    <Page
      title="Drafts"
      description="Emails of steps that are reviewed one by one. Each leaves when somebody has approved it."
      action={
        <Suspense fallback={null}>
          <Days params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={3} />}>
        <Drafts params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function Days({ params }: Pick<Props, "params">) {
  const { workspace } = await params;
  return (
    <>
      <DraftCosts workspace={workspace} />
      <DraftDays days={await caller(workspace).drafts.days()} />
    </>
  );
}

async function Drafts({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = draftListInput.parse(await searchParams);
  const api = caller(workspace);
  const [page, counts, { permissions, workspace: here }] = await Promise.all([
    api.drafts.list(view),
    api.drafts.counts({ campaign: view.campaign }),
    api.workspaces.current(),
  ]);
  return (
    <>
      <DraftFilter view={view} counts={counts} />
      <DraftDesk
        key={`${view.view} ${view.campaign ?? ""} ${view.q ?? ""} ${view.after ?? ""}`}
        workspace={workspace}
        view={view}
        page={page}
        total={view.q || counts.views[view.view] > countedMax ? null : counts.views[view.view]}
        canWrite={permissions.includes("campaigns:write")}
        timeZone={here.timezone}
      />
    </>
  );
}
