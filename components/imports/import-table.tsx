import { FileUp } from "lucide-react";
import { JobWaitNote } from "#components/jobs/job-wait";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { type Column, Table } from "#components/ui/table";
import type { ImportListInput } from "#server/imports/schema";
import type { RouterOutputs } from "#server/router";
import { isFiltered } from "./import-filters.tsx";
import { ImportBadge } from "./import-badge.tsx";

type ImportPage = RouterOutputs["imports"]["list"];
type Row = ImportPage["rows"][number];
type Props = { workspace: string; page: ImportPage; view: ImportListInput; timeZone: string };

/** The history of imports. */
export function ImportTable({ workspace, page, view, timeZone }: Props) {
  const columns: Column<Row>[] = [
    { key: "file", header: "File", cell: (row) => <span className="wrap-anywhere">{row.fileName}</span> },
    {
      key: "status",
      header: "Status",
      cell: (row) => (
        <>
          <ImportBadge job={row} />
          <JobWaitNote job={row} timeZone={timeZone} />
        </>
      ),
    },
    {
      key: "rows",
      header: "Rows",
      align: "right",
      cell: (row) => row.totalRows?.toLocaleString("en") ?? "–",
    },
    { key: "created", header: "Created", align: "right", cell: (row) => row.created.toLocaleString("en") },
    { key: "updated", header: "Updated", align: "right", cell: (row) => row.updated.toLocaleString("en") },
    {
      key: "skipped",
      header: "Skipped",
      align: "right",
      cell: (row) => (row.skipped + row.unchanged).toLocaleString("en"),
      wideOnly: true,
    },
    { key: "errors", header: "Rejected", align: "right", cell: (row) => row.errors.toLocaleString("en") },
    {
      key: "by",
      header: "By",
      cell: (row) => (row.source === "scheduled" ? "Schedule" : (row.createdBy ?? "–")),
      wideOnly: true,
    },
    {
      key: "at",
      header: "Started",
      cell: (row) => <DateTime at={row.createdAt} timeZone={timeZone} />,
      wideOnly: true,
    },
  ];
  const { after: _, ...narrowed } = view;
  const filters = Object.fromEntries(Object.entries(narrowed).filter(([, value]) => value));
  return (
    <>
      <Table
        label="Imports"
        columns={columns}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) =>
          isUnfinished(row) ? `/${workspace}/imports/new?import=${row.id}` : `/${workspace}/imports/${row.id}`
        }
        empty={<Nothing workspace={workspace} filtered={isFiltered(view)} />}
      />
      <NextPage
        first={view.after ? { query: filters } : null}
        next={page.next ? { query: { ...filters, after: page.next } } : null}
      />
    </>
  );
}

function Nothing({ workspace, filtered }: { workspace: string; filtered: boolean }) {
  if (filtered)
    return (
      <EmptyState
        icon={FileUp}
        title="No import fits"
        action={<LinkButton href={`/${workspace}/imports`}>Show all imports</LinkButton>}
      >
        Nothing was imported under these filters.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={FileUp}
      title="No imports yet"
      action={
        <>
          <LinkButton href="/api/samples/contacts" prefetch={false}>
            Download sample
          </LinkButton>
          <LinkButton href={`/${workspace}/imports/new`} variant="primary">
            Import contacts
          </LinkButton>
        </>
      }
    >
      Bring a file of contacts: CSV, Excel, JSON, or rows that you paste. Nothing is written before you have
      seen what will happen.
    </EmptyState>
  );
}

const isUnfinished = (row: Row) =>
  ["pending", "fetching", "validating", "awaiting_confirmation"].includes(row.status);
