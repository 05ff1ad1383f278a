import { Users } from "lucide-react";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { NextPage } from "#components/ui/next-page";
import { StatusBadge } from "#components/ui/status-badge";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { SizeHistory } from "./size-history.tsx";

type Member = RouterOutputs["segments"]["members"]["rows"][number];
type Props = {
  workspace: string;
  segment: RouterOutputs["segments"]["byId"];
  page: RouterOutputs["segments"]["members"];
  sizes: RouterOutputs["segments"]["sizes"];
  after: string | undefined;
  timeZone: string;
};

/** Who was in the segment at its last recalculation, and how its size went. */
export function SegmentMembers({ workspace, segment, page, sizes, after, timeZone }: Props) {
  const { id, count, countedAt } = segment;
  if (!countedAt)
    return (
      <EmptyState icon={Users} title="The members are being worked out">
        This takes some seconds. The page shows them as soon as they are there.
      </EmptyState>
    );
  const columns: Column<Member>[] = [
    { key: "email", header: "Contact", cell: (row) => row.name ?? row.email },
    {
      key: "address",
      header: "Email",
      cell: (row) => <span className="text-muted">{row.email}</span>,
      wideOnly: true,
    },
    { key: "company", header: "Company", cell: (row) => row.company ?? "–", wideOnly: true },
    { key: "status", header: "Status", cell: (row) => <StatusBadge status={row.status} /> },
    {
      key: "since",
      header: "In it since",
      cell: (row) => <DateTime at={row.since} timeZone={timeZone} />,
    },
  ];
  const here = `/${workspace}/segments/${id}/members`;
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <p>
          <span className="text-2xl font-semibold tabular-nums">{count.toLocaleString("en")}</span>{" "}
          <span className="text-muted">
            {count === 1 ? "contact" : "contacts"}, as of <DateTime at={countedAt} timeZone={timeZone} />
          </span>
        </p>
        <SizeHistory sizes={sizes} />
      </div>
      <Table
        label="Members"
        columns={columns}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) => `/${workspace}/contacts/${row.id}`}
        empty={
          <EmptyState icon={Users} title="Nobody is in this segment">
            Nobody fitted the rules when they were last asked.
          </EmptyState>
        }
      />
      <NextPage first={after ? here : null} next={page.next ? `${here}?after=${page.next}` : null} />
    </>
  );
}
