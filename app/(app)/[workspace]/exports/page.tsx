import { Lock } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { ExportButton } from "#components/exports/export-button";
import { ExportTable } from "#components/exports/export-table";
import { EmptyState } from "#components/ui/empty-state";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { exportListInput } from "#server/exports/schema";

export const metadata: Metadata = { title: "Exports" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function ExportsPage(props: Props) {
  return (
    <Page
      title="Exports"
      breadcrumbs={[]}
      description="Contacts as files, each from one moment in time. Files are kept for 7 days; a download link works for 5 minutes."
      action={
        <Suspense fallback={null}>
          <ExportAll params={props.params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Exports {...props} />
      </Suspense>
    </Page>
  );
}

async function ExportAll({ params }: Pick<Props, "params">) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  return permissions.includes("contacts:export") ? (
    <ExportButton workspace={workspace} label="Export contacts" primary />
  ) : null;
}

async function Exports({ params, searchParams }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const view = exportListInput.parse(await searchParams);
  const { permissions, workspace: current } = await api.workspaces.current();
  if (!permissions.includes("contacts:export")) {
    return (
      <EmptyState icon={Lock} title="Exports are for admins">
        A file of contacts leaves the workspace. Ask an admin of it for one.
      </EmptyState>
    );
  }
  const page = await api.exports.list(view);
  return <ExportTable initial={page} view={view} timeZone={current.timezone} />;
}
