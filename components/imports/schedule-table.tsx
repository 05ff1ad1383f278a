import { CalendarClock } from "lucide-react";
import { Badge } from "#components/ui/badge";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { cronWords } from "./cron-words.tsx";

type Schedule = RouterOutputs["imports"]["schedules"]["list"][number];
type Props = { workspace: string; schedules: Schedule[]; timeZone: string; writes: boolean };

/** The files that are fetched and imported again and again. */
export function ScheduleTable({ workspace, schedules, timeZone, writes }: Props) {
  const columns: Column<Schedule>[] = [
    {
      key: "name",
      header: "Schedule",
      cell: ({ name, url }) => (
        <span className="block max-w-80 min-w-0">
          <span className="block break-words">{name}</span>
          <span className="block truncate text-xs font-normal text-muted max-sm:hidden">{url}</span>
        </span>
      ),
    },
    { key: "status", header: "Status", cell: (row) => <ScheduleBadge schedule={row} /> },
    { key: "when", header: "When", cell: ({ cron }) => cronWords(cron) },
    {
      key: "last",
      header: "Last",
      cell: ({ lastRunAt }) => <DateTime at={lastRunAt} timeZone={timeZone} empty="Never" />,
    },
    {
      key: "next",
      header: "Next",
      cell: ({ nextRunAt, enabled }) => <DateTime at={enabled ? nextRunAt : null} timeZone={timeZone} />,
    },
  ];
  return (
    <Table
      label="Schedules"
      columns={columns}
      rows={schedules}
      rowKey={({ id }) => id}
      href={({ id }) => `/${workspace}/imports/schedules/${id}`}
      empty={
        <EmptyState
          icon={CalendarClock}
          title="No schedules yet"
          action={
            writes && (
              <LinkButton href={`/${workspace}/imports/schedules/new`} variant="primary">
                New schedule
              </LinkButton>
            )
          }
        >
          A file at an address can be fetched and imported every hour, day or week, with the columns and
          options of an import you have done.
        </EmptyState>
      }
    />
  );
}

/** Whether a schedule works, fails or rests. */
export function ScheduleBadge({ schedule }: { schedule: Pick<Schedule, "enabled" | "failures"> }) {
  if (!schedule.enabled) return <Badge dot>Paused</Badge>;
  if (schedule.failures > 0)
    return (
      <Badge tone="danger" dot>
        Failed {schedule.failures === 1 ? "last time" : `${schedule.failures} times in a row`}
      </Badge>
    );
  return (
    <Badge tone="success" dot>
      Active
    </Badge>
  );
}
