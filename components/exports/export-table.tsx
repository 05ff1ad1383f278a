"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { JobWaitNote } from "#components/jobs/job-wait";
import { useTRPC } from "#components/trpc/client";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { NextPage } from "#components/ui/next-page";
import { ProgressBar } from "#components/ui/progress-bar";
import { StatusBadge } from "#components/ui/status-badge";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { CancelExport } from "./cancel-export.tsx";
import { DownloadButton } from "./download-button.tsx";

type Page = RouterOutputs["exports"]["list"];
type Row = Page["rows"][number];
type Props = { initial: Page; view: { after?: string | undefined }; timeZone: string };

const isRunning = (row: Row) => row.status === "pending" || row.status === "processing";

/** The exports of a workspace; follows those that are being written. */
export function ExportTable({ initial, view, timeZone }: Props) {
  const trpc = useTRPC();
  const { data } = useQuery({
    ...trpc.exports.list.queryOptions(view),
    initialData: initial,
    refetchInterval: (query) => (query.state.data?.rows.some(isRunning) ? 1000 : false),
  });
  return (
    <>
      <Table
        label="Exports"
        columns={columnsOf(timeZone)}
        rows={data.rows}
        rowKey={(row) => row.id}
        empty={
          <EmptyState icon={Download} title="No exports yet">
            Export everybody here, or a list, a segment or what a filter shows from their own pages.
          </EmptyState>
        }
      />
      <NextPage
        first={view.after ? { query: {} } : null}
        next={data.next ? { query: { after: data.next } } : null}
      />
    </>
  );
}

const columnsOf = (timeZone: string): Column<Row>[] => [
  {
    key: "what",
    header: "Contacts of",
    cell: (row) => (
      <span>
        {row.what} <span className="text-xs text-muted">{row.format.toUpperCase()}</span>
      </span>
    ),
  },
  {
    key: "status",
    header: "Status",
    cell: (row) => (
      <span>
        <StatusBadge status={row.status} />
        {row.problem && <span className="block pt-1 text-xs text-danger">{row.problem}</span>}
        <JobWaitNote job={row} timeZone={timeZone} />
      </span>
    ),
  },
  {
    key: "count",
    header: "Contacts",
    align: "right",
    cell: (row) => <Written row={row} />,
  },
  { key: "by", header: "Asked by", cell: (row) => row.createdBy ?? "–", wideOnly: true },
  {
    key: "at",
    header: "Asked",
    cell: (row) => <DateTime at={row.createdAt} timeZone={timeZone} />,
    wideOnly: true,
  },
  {
    key: "expires",
    header: "Kept until",
    cell: (row) => {
      if (row.status === "expired") return <span className="text-muted">File deleted</span>;
      if (row.status !== "completed") return "–";
      return <DateTime at={row.expiresAt} timeZone={timeZone} />;
    },
  },
  {
    key: "file",
    header: "File",
    bare: true,
    cell: (row) => {
      if (isRunning(row)) return <CancelExport id={row.id} what={row.what} />;
      if (row.status !== "completed") return null;
      return <DownloadButton id={row.id} what={row.what} sizeBytes={row.fileSize ?? 0} />;
    },
  },
];

/** How many contacts are in the file, or how far it is. */
function Written({ row }: { row: Row }) {
  if (row.status === "failed" || row.status === "cancelled") return "–";
  if (!isRunning(row)) return (row.total ?? row.processed).toLocaleString("en");
  return (
    <span className="inline-block w-28">
      {row.status === "pending" ? "Waiting" : progressText(row)}
      <ProgressBar label={`Export of ${row.what}`} done={row.processed} total={row.total} className="mt-1" />
    </span>
  );
}

const progressText = ({ processed, total }: Row) =>
  total === null ? "Beginning" : `${processed.toLocaleString("en")} of ${total.toLocaleString("en")}`;
