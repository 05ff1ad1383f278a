import { List, ListFilter } from "lucide-react";
import { Badge } from "#components/ui/badge";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";

type Row = RouterOutputs["segments"]["list"][number];
type Props = { kind: "list" | "segment"; workspace: string; rows: Row[]; timeZone: string };

/** Lists or segments of a workspace. */
export function SegmentTable({ kind, workspace, rows, timeZone }: Props) {
  const columns: Column<Row>[] = [
    { key: "name", header: "Name", cell: (row) => row.name },
    ...(rows.some((row) => row.description) ? [about] : []),
    {
      key: "count",
      header: "Contacts",
      align: "right",
      cell: (row) => (kind === "list" || row.countedAt ? row.count.toLocaleString("en") : "…"),
    },
    ...(kind === "segment" ? [counted(timeZone)] : []),
    {
      key: "changed",
      header: "Changed",
      cell: (row) => <DateTime at={row.updatedAt} timeZone={timeZone} />,
      wideOnly: true,
    },
  ];
  return (
    <Table
      label={kind === "list" ? "Lists" : "Segments"}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      href={(row) => `/${workspace}/${kind}s/${row.id}`}
      empty={kind === "list" ? <NoLists workspace={workspace} /> : <NoSegments workspace={workspace} />}
    />
  );
}

const about: Column<Row> = {
  key: "about",
  header: "About",
  cell: (row) => <span className="text-muted">{row.description}</span>,
  wideOnly: true,
};

/** Sizes are as of the last recalculation, and say of when that is. */
const counted = (timeZone: string): Column<Row> => ({
  key: "counted",
  header: "As of",
  cell: (row) =>
    row.problem ? (
      <Badge tone="warning">Not counted</Badge>
    ) : (
      <DateTime at={row.countedAt} timeZone={timeZone} empty="Being counted" className="text-muted" />
    ),
});

function NoLists({ workspace }: { workspace: string }) {
  return (
    <EmptyState
      icon={List}
      title="No lists yet"
      action={
        <LinkButton href={`/${workspace}/imports/new`} variant="primary">
          Import a file into a list
        </LinkButton>
      }
    >
      An import can put everybody in the file on a list. Or make an empty one and add people to it.
    </EmptyState>
  );
}

function NoSegments({ workspace }: { workspace: string }) {
  return (
    <EmptyState
      icon={ListFilter}
      title="No segments yet"
      action={
        <LinkButton href={`/${workspace}/segments/new`} variant="primary">
          Build a segment
        </LinkButton>
      }
    >
      A segment is everybody whom its rules fit at the moment: “in Berlin, tagged VIP, opened a mail in the
      last 30 days”.
    </EmptyState>
  );
}
