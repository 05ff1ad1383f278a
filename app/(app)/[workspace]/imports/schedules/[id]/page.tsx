import type { Metadata } from "next";
import { Suspense } from "react";
import { ScheduleActions } from "#components/imports/schedule-actions";
import { ScheduleForm } from "#components/imports/schedule-form";
import { ScheduleRuns } from "#components/imports/schedule-runs";
import { ScheduleBadge } from "#components/imports/schedule-table";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Schedule" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function SchedulePage({ params }: Props) {
  return (
    <Suspense
      fallback={
        <Page title="Schedule" width="narrow">
          <Skeleton className="h-72" />
        </Page>
      }
    >
      <Schedule params={params} />
    </Suspense>
  );
}

async function Schedule({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [schedule, { rows }, current] = await Promise.all([
    api.imports.schedules.byId({ id }),
    api.imports.list({ state: "completed" }),
    api.workspaces.current(),
  ]);
  const { timezone } = current.workspace;
  const writes = current.permissions.includes("contacts:write");
  return (
    <Page
      width="narrow"
      title={<span className="break-words">{schedule.name}</span>}
      badge={<ScheduleBadge schedule={schedule} />}
      description={
        <>
          {schedule.lastRunAt ? (
            <>
              Fetched last on <DateTime at={schedule.lastRunAt} timeZone={timezone} />
            </>
          ) : (
            "Not fetched yet"
          )}
          {schedule.enabled && (
            <>
              , next on <DateTime at={schedule.nextRunAt} timeZone={timezone} />
            </>
          )}
          .
        </>
      }
      breadcrumbs={[
        { label: "Imports", href: `/${workspace}/imports` },
        { label: "Schedules", href: `/${workspace}/imports/schedules` },
      ]}
      action={writes && <ScheduleActions workspace={workspace} schedule={schedule} />}
    >
      {schedule.problem && (
        <Callout kind="danger" title="The last run failed" className="mb-5">
          {schedule.problem}
        </Callout>
      )}
      <ScheduleRuns workspace={workspace} runs={schedule.runs} timeZone={timezone} />
      {writes && (
        <ScheduleForm
          key={`${schedule.cron}${schedule.url}`}
          workspace={workspace}
          timeZone={timezone}
          schedule={schedule}
          models={rows}
          like={null}
        />
      )}
    </Page>
  );
}
