import { SearchX, Users } from "lucide-react";
import { type ContactListInput, searchMax } from "#server/contacts/schema";
import type { RouterOutputs } from "#server/router";
import { Badge } from "#components/ui/badge";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { SortLink } from "#components/ui/sort-link";
import { StatusBadge } from "#components/ui/status-badge";
import { type Column, Table } from "#components/ui/table";

type ContactPage = RouterOutputs["contacts"]["list"];
type Row = ContactPage["rows"][number];
type Props = { workspace: string; view: ContactListInput; page: ContactPage; timeZone: string };

export function ContactTable({ workspace, view, page, timeZone }: Props) {
  const { after, ...rest } = view;
  const query = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return (
    <>
      <Table
        label="Contacts"
        columns={columnsOf(query, view.sort, timeZone)}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) => `/${workspace}/contacts/${row.id}`}
        empty={page.any ? <NothingFound workspace={workspace} /> : <NoContacts workspace={workspace} />}
      />
      <NextPage
        first={after ? { query } : null}
        next={page.next ? { query: { ...query, after: page.next } } : null}
      />
      {view.q && page.rows.length > 0 && (
        <p className="pt-2 text-xs text-muted">
          A search shows up to {searchMax.toLocaleString("en")} of the newest matches.
        </p>
      )}
    </>
  );
}

const columnsOf = (query: Record<string, unknown>, sort: string, timeZone: string): Column<Row>[] => [
  {
    key: "email",
    header: "Email",
    head: (
      <SortLink href={{ query: { ...query, sort: "email" } }} direction={sort === "email" ? "asc" : null}>
        Email
      </SortLink>
    ),
    cell: (row) => <span className="break-all">{row.email}</span>,
  },
  { key: "name", header: "Name", cell: (row) => row.name ?? <span className="text-faint">–</span> },
  { key: "company", header: "Company", cell: (row) => row.company ?? "", wideOnly: true },
  {
    key: "tags",
    header: "Tags",
    wideOnly: true,
    cell: (row) => (
      <span className="flex flex-wrap gap-1">
        {row.tags.slice(0, 3).map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
        {row.tags.length > 3 && <span className="text-xs text-muted">and more</span>}
      </span>
    ),
  },
  { key: "status", header: "Status", cell: (row) => <StatusBadge status={row.status} /> },
  {
    key: "added",
    header: "Added",
    wideOnly: true,
    head: (
      <SortLink href={{ query: { ...query, sort: "newest" } }} direction={sort === "newest" ? "desc" : null}>
        Added
      </SortLink>
    ),
    cell: (row) => <DateTime at={row.createdAt} timeZone={timeZone} show="date" />,
  },
];

function NothingFound({ workspace }: { workspace: string }) {
  return (
    <EmptyState
      icon={SearchX}
      title="Nobody matches"
      action={<LinkButton href={`/${workspace}/contacts`}>Show everybody</LinkButton>}
    >
      Try a shorter search, or fewer filters.
    </EmptyState>
  );
}

function NoContacts({ workspace }: { workspace: string }) {
  return (
    <EmptyState
      icon={Users}
      title="No contacts yet"
      action={
        <>
          <LinkButton href={`/${workspace}/contacts/new`}>Add one by hand</LinkButton>
          <LinkButton href={`/${workspace}/imports/new`} variant="primary">
            Import a file
          </LinkButton>
        </>
      }
    >
      Bring a CSV file from wherever your contacts are now. You see what will happen before anything is
      written, and can undo it for 30 days.
    </EmptyState>
  );
}
