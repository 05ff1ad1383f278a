import { LayoutTemplate, SearchX } from "lucide-react";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { SearchBox } from "#components/ui/search-box";
import { StatusBadge } from "#components/ui/status-badge";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import type { TemplateListInput } from "#server/templates/schema";

type TemplatePage = RouterOutputs["templates"]["list"];
type Row = TemplatePage["rows"][number];
type Props = { workspace: string; view: TemplateListInput; page: TemplatePage; timeZone: string };

export function TemplateTable({ workspace, view, page, timeZone }: Props) {
  const query = view.q ? { q: view.q } : {};
  return (
    <>
      {page.any && (
        <form method="get" className="mb-3">
          <SearchBox
            name="q"
            defaultValue={view.q}
            placeholder="Name or subject"
            aria-label="Search templates"
          />
        </form>
      )}
      <Table
        label="Templates"
        columns={columnsOf(timeZone)}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) => `/${workspace}/templates/${row.id}`}
        empty={page.any ? <NothingFound workspace={workspace} /> : <NoTemplates workspace={workspace} />}
      />
      <NextPage
        first={view.after ? { query } : null}
        next={page.next ? { query: { ...query, after: page.next } } : null}
      />
    </>
  );
}

const columnsOf = (timeZone: string): Column<Row>[] => [
  { key: "name", header: "Name", cell: (row) => row.name },
  {
    key: "subject",
    header: "Subject",
    className: "max-w-md",
    cell: (row) => (
      <span className="line-clamp-1">{row.subject || <span className="text-faint">None yet</span>}</span>
    ),
  },
  {
    key: "status",
    header: "State",
    cell: (row) =>
      row.status === "active" ? (
        <StatusBadge status="active" label="Ready" />
      ) : (
        <StatusBadge status="paused" label="Has mistakes" />
      ),
  },
  {
    key: "used",
    header: "In use",
    align: "right",
    wideOnly: true,
    cell: (row) => (row.usedBy === 0 ? "–" : row.usedBy === 1 ? "1 campaign" : `${row.usedBy} campaigns`),
  },
  { key: "version", header: "Version", align: "right", wideOnly: true, cell: (row) => row.version },
  {
    key: "updated",
    header: "Saved",
    align: "right",
    cell: (row) => <DateTime at={row.updatedAt} timeZone={timeZone} className="text-muted" />,
  },
];

function NoTemplates({ workspace }: { workspace: string }) {
  return (
    <EmptyState
      icon={LayoutTemplate}
      title="No templates yet"
      action={
        <LinkButton variant="primary" href={`/${workspace}/templates/new`}>
          New template
        </LinkButton>
      }
    >
      Write a mail once, and start the steps of your campaigns from it.
    </EmptyState>
  );
}

function NothingFound({ workspace }: { workspace: string }) {
  return (
    <EmptyState
      icon={SearchX}
      title="Nothing found"
      action={<LinkButton href={`/${workspace}/templates`}>Show all</LinkButton>}
    >
      No template has this in its name or subject.
    </EmptyState>
  );
}
