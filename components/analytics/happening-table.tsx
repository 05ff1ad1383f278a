import { MailSearch } from "lucide-react";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { StatusBadge } from "#components/ui/status-badge";
import { Table, type Column } from "#components/ui/table";
import type { HappeningsInput } from "#server/analytics/schema";
import type { RouterOutputs } from "#server/router";
import { measureWords } from "./measure-words.tsx";

type Page = RouterOutputs["analytics"]["happenings"];
type Row = Page["rows"][number];
type Props = { workspace: string; view: HappeningsInput; page: Page; timeZone: string };

export function HappeningTable({ workspace, view, page, timeZone }: Props) {
  const { after: _, ...rest } = view;
  const query = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const period = { from: page.from, to: page.to };
  return (
    <>
      <Table
        label="Messages"
        columns={columnsFor(view, timeZone)}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) =>
          row.contactId
            ? `/${workspace}/contacts/${row.contactId}`
            : `/${workspace}/campaigns/${row.campaignId}`
        }
        empty={
          <EmptyState
            icon={MailSearch}
            title={view.after ? "No more messages" : "Nothing of this kind in this time"}
            action={
              <LinkButton href={{ pathname: `/${workspace}/analytics`, query: period }}>
                Back to the numbers
              </LinkButton>
            }
          />
        }
      />
      <NextPage
        first={view.after ? { query } : null}
        next={page.next ? { query: { ...query, after: page.next } } : null}
      />
    </>
  );
}

function columnsFor({ is }: HappeningsInput, timeZone: string): Column<Row>[] {
  return [
    {
      key: "who",
      header: "Contact",
      cell: (row) => (
        <span className="block max-w-72 truncate">
          {row.name ?? row.to}
          {row.name && (
            <span className="block truncate text-xs font-normal text-muted max-sm:hidden">{row.to}</span>
          )}
        </span>
      ),
    },
    {
      key: "email",
      header: "Email",
      cell: (row) => (
        <span className="block max-w-80 truncate max-sm:text-right">
          {row.stepNumber !== null && (
            <span className="mr-1.5 text-xs text-faint tabular-nums">{row.stepNumber}</span>
          )}
          {row.subject ?? "–"}
          <span className="block truncate text-xs text-muted">{row.campaignName}</span>
        </span>
      ),
    },
    {
      key: "mailbox",
      header: "Mailbox",
      wideOnly: true,
      cell: (row) => <span className="block max-w-56 truncate text-muted">{row.mailbox ?? "–"}</span>,
    },
    {
      key: "at",
      header: is === "machineOpened" ? "Fetched" : (measureWords[is].at ?? "Sent"),
      cell: (row) => <DateTime at={row.at} timeZone={timeZone} />,
    },
    is === "bounced"
      ? {
          key: "why",
          header: "Why",
          cell: (row: Row) => (
            <span className="block max-w-96 text-pretty break-words text-muted max-sm:text-right">
              {row.why ?? "–"}
            </span>
          ),
        }
      : { key: "status", header: "Status", cell: (row: Row) => <StatusBadge status={row.status} /> },
  ];
}
