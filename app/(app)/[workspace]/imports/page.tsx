import type { Metadata } from "next";
import { Suspense } from "react";
import { ImportFilters } from "#components/imports/import-filters";
import { ImportTable } from "#components/imports/import-table";
import { ImportTabs } from "#components/imports/import-tabs";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { importListInput } from "#server/imports/schema";

export const metadata: Metadata = { title: "Imports" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function ImportsPage(props: Props) {
  return (
    <Page
      title="Imports"
      description="Every file that was brought in, what became of its rows, and the way back."
      action={
        <Suspense fallback={null}>
          <Start params={props.params} />
        </Suspense>
      }
      tabs={
        <Suspense fallback={null}>
          <PageTabs params={props.params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Imports {...props} />
      </Suspense>
    </Page>
  );
}

async function PageTabs({ params }: Pick<Props, "params">) {
  return <ImportTabs workspace={(await params).workspace} />;
}

async function Start({ params }: Pick<Props, "params">) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  if (!permissions.includes("contacts:write")) return null;
  return (
    <LinkButton href={`/${workspace}/imports/new`} variant="primary">
      Import contacts
    </LinkButton>
  );
}

async function Imports({ params, searchParams }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const view = importListInput.parse(await searchParams);
  const [page, importers, current] = await Promise.all([
    api.imports.list(view),
    api.imports.importers(),
    api.workspaces.current(),
  ]);
  return (
    <>
      {importers.length > 0 && <ImportFilters workspace={workspace} view={view} importers={importers} />}
      <ImportTable workspace={workspace} page={page} view={view} timeZone={current.workspace.timezone} />
    </>
  );
}
