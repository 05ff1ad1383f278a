import { CalendarClock } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { ScheduleForm } from "#components/imports/schedule-form";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "New schedule" };

type Props = { params: Promise<{ workspace: string }>; searchParams: Promise<{ like?: string }> };

export default function NewSchedulePage(props: Props) {
  return (
    <Page
      title="New schedule"
      breadcrumbs={[{ label: "Schedules", href: "imports/schedules" }]}
      width="narrow"
    >
      <Suspense fallback={<Skeleton className="h-72" />}>
        <NewSchedule {...props} />
      </Suspense>
    </Page>
  );
}

async function NewSchedule({ params, searchParams }: Props) {
  const { workspace } = await params;
  const { like } = await searchParams;
  const api = caller(workspace);
  const [{ rows }, current] = await Promise.all([
    api.imports.list({ state: "completed" }),
    api.workspaces.current(),
  ]);
  if (rows.length === 0)
    return (
      <EmptyState
        icon={CalendarClock}
        title="Import the file once first"
        action={
          <LinkButton href={`/${workspace}/imports/new`} variant="primary">
            Import contacts
          </LinkButton>
        }
      >
        A schedule takes over the columns and options of an import you have done and looked at.
      </EmptyState>
    );
  return (
    <ScheduleForm
      workspace={workspace}
      timeZone={current.workspace.timezone}
      schedule={null}
      models={rows}
      like={rows.some(({ id }) => id === like) ? (like ?? null) : null}
    />
  );
}
