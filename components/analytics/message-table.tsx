import { MailSearch } from "lucide-react";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { StatusBadge } from "#components/ui/status-badge";
import { Table, type Column } from "#components/ui/table";
import type { MessagesInput } from "#server/analytics/schema";
import type { RouterOutputs } from "#server/router";
import { measureWords } from "./measure-words.tsx";

type Page = RouterOutputs["analytics"]["messages"];
type Row = Page["rows"][number];
type Props = { workspace: string; campaignId: string; view: MessagesInput; page: Page; timeZone: string };

export function MessageTable({ workspace, campaignId, view, page, timeZone }: Props) {
  const words = measureWords[view.is];
  const { is, stepId, variantId, goalId } = view;
  const query = {
    is,
    ...(stepId && { stepId }),
    ...(variantId && { variantId }),
    ...(goalId && { goalId }),
  };
  return (
    <>
      <Table
        label="Messages"
        columns={columnsFor(view, timeZone)}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) =>
          row.contactId ? `/${workspace}/contacts/${row.contactId}` : `/${workspace}/campaigns/${campaignId}`
        }
        empty={
          <EmptyState
            icon={MailSearch}
            title={view.after ? "No more messages" : words.empty}
            action={
              <LinkButton href={`/${workspace}/campaigns/${campaignId}`}>Back to the campaign</LinkButton>
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

function columnsFor({ is }: MessagesInput, timeZone: string): Column<Row>[] {
  const { at } = measureWords[is];
  const why = ["failed", "bounced", "unknown", "queued"].includes(is);
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
        <span className="block max-w-80 truncate">
          <span className="mr-1.5 text-xs text-faint tabular-nums">{row.stepNumber}</span>
          {row.subject ?? "–"}
          {row.variant && (
            <span className="block truncate text-xs text-muted max-sm:hidden">{row.variant}</span>
          )}
        </span>
      ),
    },
    { key: "sent", header: "Sent", cell: (row) => <DateTime at={row.sentAt} timeZone={timeZone} /> },
    ...(at === null
      ? [
          {
            key: "opened",
            header: "Opened",
            wideOnly: true,
            cell: (row: Row) => <DateTime at={row.openedAt} timeZone={timeZone} />,
          },
          {
            key: "clicked",
            header: "Clicked",
            wideOnly: true,
            cell: (row: Row) => <DateTime at={row.clickedAt} timeZone={timeZone} />,
          },
        ]
      : [{ key: "at", header: at, cell: (row: Row) => <DateTime at={row.at} timeZone={timeZone} /> }]),
    ...(why
      ? [
          {
            key: "why",
            header: "Why",
            cell: (row: Row) => (
              <span className="block max-w-96 text-pretty break-words text-muted max-sm:text-right">
                {row.why ?? "–"}
              </span>
            ),
          },
        ]
      : [{ key: "status", header: "Status", cell: (row: Row) => <StatusBadge status={row.status} /> }]),
  ];
}
