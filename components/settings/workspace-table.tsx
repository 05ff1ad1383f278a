import { DateTime } from "#components/ui/date-time";
import { Table, type Column } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";

type Workspace = RouterOutputs["workspaces"]["organization"]["workspaces"][number];

export function WorkspaceTable({ workspaces, timeZone }: { workspaces: Workspace[]; timeZone: string }) {
  const columns: Column<Workspace>[] = [
    { key: "name", header: "Name", cell: ({ name }) => name },
    { key: "slug", header: "Address", cell: ({ slug }) => <span className="text-muted">/{slug}</span> },
    { key: "members", header: "Members", align: "right", cell: ({ members }) => members },
    {
      key: "created",
      header: "Created",
      align: "right",
      wideOnly: true,
      cell: ({ createdAt }) => (
        <DateTime at={createdAt} show="date" timeZone={timeZone} className="text-muted" />
      ),
    },
  ];
  return (
    <Table
      label="Workspaces"
      columns={columns}
      rows={workspaces}
      rowKey={({ id }) => id}
      href={({ slug }) => `/${slug}`}
    />
  );
}
