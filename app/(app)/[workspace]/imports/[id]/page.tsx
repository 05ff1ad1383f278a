import type { Metadata } from "next";
import { Suspense } from "react";
import { ImportView } from "#components/imports/import-view";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Import" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function ImportPage({ params }: Props) {
  return (
    <Suspense
      fallback={
        <Page title="Import" width="narrow">
          <Skeleton className="h-72" />
        </Page>
      }
    >
      <Import params={params} />
    </Suspense>
  );
}

async function Import({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [job, problems, current] = await Promise.all([
    api.imports.byId({ id }),
    api.imports.problems({ id }),
    api.workspaces.current(),
  ]);
  return (
    <ImportView
      workspace={workspace}
      initial={job}
      initialProblems={problems}
      permissions={current.permissions}
      timeZone={current.workspace.timezone}
    />
  );
}
