import { MailSearch } from "lucide-react";
import type { ReactNode } from "react";
import { EmptyState } from "#components/ui/empty-state";
import { NextPage } from "#components/ui/next-page";
import { StatusBadge } from "#components/ui/status-badge";
import { Table, type Column } from "#components/ui/table";

type Mail = {
  id: string;
  contactId: string | null;
  name: string | null;
  to: string;
  status: string;
  why: string | null;
};

type Props<Row extends Mail> = {
  workspace: string;
  rows: Row[];
  /** Of the page's address, apart from where it begins. */
  query: Record<string, string>;
  after: string | undefined;
  next: string | null;
  /** Between who got it and what became of it. */
  columns: Column<Row>[];
  /** What became of it is told by a reason, not by a status. */
  why: boolean;
  /** The page of a campaign, for who is no contact any more. */
  campaignOf: (row: Row) => string;
  empty: string;
  back: ReactNode;
};

/** Messages, the newest first: to whom, what, and what became of each. */
export function MailTable<Row extends Mail>({ workspace, query, after, next, ...props }: Props<Row>) {
  const { rows, columns, why, campaignOf, empty, back } = props;
  return (
    <>
      <Table
        label="Messages"
        columns={[who<Row>(), ...columns, why ? reason<Row>() : status<Row>()]}
        rows={rows}
        rowKey={(row) => row.id}
        href={(row) =>
          row.contactId
            ? `/${workspace}/contacts/${row.contactId}`
            : `/${workspace}/campaigns/${campaignOf(row)}`
        }
        empty={<EmptyState icon={MailSearch} title={after ? "No more messages" : empty} action={back} />}
      />
      <NextPage first={after ? { query } : null} next={next ? { query: { ...query, after: next } } : null} />
    </>
  );
}

/** What a mail said: its step, its subject, and a line below. */
export function MailCell({
  stepNumber,
  subject,
  children,
}: {
  stepNumber: number | null;
  subject: string | null;
  children: ReactNode;
}) {
  return (
    <span className="block max-w-80 truncate max-sm:text-right">
      {stepNumber !== null && <span className="mr-1.5 text-xs text-faint tabular-nums">{stepNumber}</span>}
      {subject ?? "–"}
      {children && <span className="block truncate text-xs text-muted">{children}</span>}
    </span>
  );
}

const who = <Row extends Mail>(): Column<Row> => ({
  key: "who",
  header: "Contact",
  cell: ({ name, to }) => (
    <span className="block max-w-72 truncate">
      {name ?? to}
      {name && <span className="block truncate text-xs font-normal text-muted max-sm:hidden">{to}</span>}
    </span>
  ),
});

const reason = <Row extends Mail>(): Column<Row> => ({
  key: "why",
  header: "Why",
  cell: ({ why }) => (
    <span className="block max-w-96 text-pretty break-words text-muted max-sm:text-right">{why ?? "–"}</span>
  ),
});

const status = <Row extends Mail>(): Column<Row> => ({
  key: "status",
  header: "Status",
  cell: (row) => <StatusBadge status={row.status} />,
});
