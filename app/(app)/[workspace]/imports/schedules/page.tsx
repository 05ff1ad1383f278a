import type { Metadata } from "next";
import { Suspense } from "react";
import { ImportTabs } from "#components/imports/import-tabs";
import { ScheduleTable } from "#components/imports/schedule-table";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Scheduled imports" };

type Props = { params: Promise<{ workspace: string }> };

export default function SchedulesPage({ params }: Props) {
  return (
    <Page
      title="Imports"
      description="Files that are fetched and imported again and again."
      action={
        <Suspense fallback={null}>
          <Start params={params} />
        </Suspense>
      }
      tabs={
        <Suspense fallback={null}>
          <PageTabs params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Schedules params={params} />
      </Suspense>
    </Page>
  );
}

async function PageTabs({ params }: Props) {
  return <ImportTabs workspace={(await params).workspace} />;
}

async function Start({ params }: Props) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  if (!permissions.includes("contacts:write")) return null;
  return (
    <LinkButton href={`/${workspace}/imports/schedules/new`} variant="primary">
      New schedule
    </LinkButton>
  );
}

async function Schedules({ params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [schedules, current] = await Promise.all([api.imports.schedules.list(), api.workspaces.current()]);
  return (
    <ScheduleTable
      workspace={workspace}
      schedules={schedules}
      timeZone={current.workspace.timezone}
      writes={current.permissions.includes("contacts:write")}
    />
  );
}
