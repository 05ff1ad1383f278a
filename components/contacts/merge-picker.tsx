import { SearchX, Users } from "lucide-react";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { SearchBox } from "#components/ui/search-box";
import { StatusBadge } from "#components/ui/status-badge";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";

type Row = RouterOutputs["contacts"]["list"]["rows"][number];
type Props = { workspace: string; keepId: string; typed: string; rows: Row[] };

const columns: Column<Row>[] = [
  { key: "email", header: "Email", cell: (row) => <span className="wrap-anywhere">{row.email}</span> },
  { key: "name", header: "Name", cell: (row) => row.name ?? "" },
  { key: "company", header: "Company", cell: (row) => row.company ?? "" },
  { key: "status", header: "Status", cell: (row) => <StatusBadge status={row.status} /> },
];

/** Finds the contact to merge with; those of the same name are proposed before anything is typed. */
export function MergePicker({ workspace, keepId, typed, rows }: Props) {
  return (
    <>
      <form
        method="get"
        role="search"
        aria-label="Contacts"
        className="mb-4 flex flex-wrap items-center gap-2"
      >
        <input type="hidden" name="keep" value={keepId} />
        <SearchBox
          name="q"
          defaultValue={typed}
          placeholder="Name, address or company"
          aria-label="Search contacts"
          className="sm:w-80"
          autoFocus
        />
        <Button type="submit">Search</Button>
      </form>
      {typed === "" && rows.length > 0 && (
        <h2 className="mb-2 text-xs font-medium text-muted">Contacts that look alike</h2>
      )}
      <Table
        label="Contacts to merge with"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        href={({ id }) => `/${workspace}/contacts/merge?keep=${keepId}&other=${id}`}
        empty={
          typed === "" ? (
            <EmptyState icon={Users} title="Nobody looks alike">
              Search for the other contact by its name, address or company.
            </EmptyState>
          ) : (
            <EmptyState icon={SearchX} title="Nobody else matches">
              Try a shorter search.
            </EmptyState>
          )
        }
      />
    </>
  );
}
