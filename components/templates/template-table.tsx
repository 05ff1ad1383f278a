import { LayoutTemplate, SearchX } from "lucide-react";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { templateCategories, type TemplateListInput } from "#server/templates/schema";
import { FolderBar } from "./folder-bar.tsx";
import { TemplateState } from "./template-state.tsx";

type TemplatePage = RouterOutputs["templates"]["list"];
type Row = TemplatePage["rows"][number];
type Props = {
  workspace: string;
  view: TemplateListInput;
  page: TemplatePage;
  folders: RouterOutputs["templates"]["folders"];
  tags: string[];
  timeZone: string;
  editable: boolean;
};

export function TemplateTable({ workspace, view, page, folders, tags, timeZone, editable }: Props) {
  const { after: _, ...given } = view;
  const query = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return (
    <>
      {(page.any || folders.length > 0) && (
        <FolderBar workspace={workspace} folders={folders} view={view} editable={editable} />
      )}
      {page.any && (
        <form method="get" role="search" aria-label="Templates" className="mb-3 flex flex-wrap gap-2">
          {view.folder && <input type="hidden" name="folder" value={view.folder} />}
          {view.archived && <input type="hidden" name="archived" value={view.archived} />}
          <SearchBox
            name="q"
            defaultValue={view.q}
            placeholder="Name or subject"
            aria-label="Search templates"
          />
          <Select name="category" defaultValue={view.category ?? ""} aria-label="Category" className="w-40">
            <option value="">Any category</option>
            {templateCategories.map((category) => (
              <option key={category}>{category}</option>
            ))}
          </Select>
          {tags.length > 0 && (
            <Select name="tag" defaultValue={view.tag ?? ""} aria-label="Tag" className="w-40">
              <option value="">Any tag</option>
              {tags.map((tag) => (
                <option key={tag}>{tag}</option>
              ))}
            </Select>
          )}
          <Button type="submit">Filter</Button>
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
  {
    key: "name",
    header: "Name",
    cell: (row) => (
      <span className="flex min-w-0 flex-wrap items-center gap-1.5">
        {row.name}
        {row.tags.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
        {row.openComments > 0 && (
          <Badge tone="info">
            {row.openComments === 1 ? "1 open comment" : `${row.openComments} open comments`}
          </Badge>
        )}
      </span>
    ),
  },
  {
    key: "subject",
    header: "Subject",
    className: "max-w-md",
    cell: (row) => (
      <span className="line-clamp-1">{row.subject || <span className="text-faint">None yet</span>}</span>
    ),
  },
  {
    key: "category",
    header: "Category",
    wideOnly: true,
    cell: (row) => row.category ?? <span className="text-faint">None</span>,
  },
  {
    key: "status",
    header: "State",
    cell: (row) => <TemplateState status={row.status} />,
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
      No template here matches.
    </EmptyState>
  );
}
