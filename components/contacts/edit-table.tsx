import { ListChecks } from "lucide-react";
import { JobWaitNote } from "#components/jobs/job-wait";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { StatusBadge } from "#components/ui/status-badge";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";

type Page = RouterOutputs["contactEdits"]["list"];
type Row = Page["rows"][number];
type Props = { workspace: string; page: Page; after: string | undefined; timeZone: string };

const number = (count: number) => count.toLocaleString("en");

/** The edits of many contacts, newest first. */
export function EditTable({ workspace, page, after, timeZone }: Props) {
  const columns: Column<Row>[] = [
    { key: "what", header: "Change", cell: (row) => row.summary },
    {
      key: "status",
      header: "Status",
      cell: (row) => (
        <>
          <StatusBadge status={row.status} />
          <JobWaitNote job={row} timeZone={timeZone} />
        </>
      ),
    },
    { key: "changed", header: "Changed", align: "right", cell: (row) => number(row.changed) },
    { key: "failed", header: "Not changed", align: "right", cell: (row) => number(row.failed) },
    { key: "by", header: "By", wideOnly: true, cell: (row) => row.createdBy ?? "" },
    {
      key: "at",
      header: "Asked for",
      wideOnly: true,
      cell: (row) => <DateTime at={row.createdAt} timeZone={timeZone} />,
    },
  ];
  return (
    <>
      <Table
        label="Edits"
        columns={columns}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) => `/${workspace}/contacts/edits/${row.id}`}
        empty={
          <EmptyState
            icon={ListChecks}
            title="No edits yet"
            action={<LinkButton href={`/${workspace}/contacts`}>Go to the contacts</LinkButton>}
          >
            Select contacts in the list to tag, change or delete many of them at once.
          </EmptyState>
        }
      />
      <NextPage
        first={after ? { query: {} } : null}
        next={page.next ? { query: { after: page.next } } : null}
      />
    </>
  );
}
