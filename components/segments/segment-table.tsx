import { List, ListFilter, SearchX } from "lucide-react";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { SearchBox } from "#components/ui/search-box";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import type { SegmentListInput } from "#server/segments/schema";

type Page = RouterOutputs["segments"]["list"];
type Row = Page["rows"][number];
type Kind = "list" | "segment";
type Props = { kind: Kind; workspace: string; view: SegmentListInput; page: Page; timeZone: string };

/** A page of the lists or segments of a workspace, by name. */
export function SegmentTable({ kind, workspace, view, page, timeZone }: Props) {
  const { rows } = page;
  const { q } = view;
  const queryOf = (place: Pick<SegmentListInput, "after" | "before">) => ({
    query: { ...(q && { q }), ...place },
  });
  // A few need no search; what searched must be able to search for something else.
  const manyOrAsked = q !== undefined || page.next !== null || page.before !== null || rows.length > 12;
  const columns: Column<Row>[] = [
    { key: "name", header: "Name", cell: (row) => row.name },
    ...(rows.some((row) => row.description) ? [about] : []),
    {
      key: "count",
      header: "Contacts",
      align: "right",
      cell: (row) => (kind === "list" || row.countedAt ? row.count.toLocaleString("en") : "…"),
    },
    ...(kind === "segment" ? [counted(timeZone)] : []),
    {
      key: "changed",
      header: "Changed",
      cell: (row) => <DateTime at={row.updatedAt} timeZone={timeZone} />,
      wideOnly: true,
    },
  ];
  return (
    <>
      {manyOrAsked && <NameFilter kind={kind} q={q} />}
      <Table
        label={labels[kind]}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        href={(row) => `/${workspace}/${kind}s/${row.id}`}
        empty={<Nothing kind={kind} workspace={workspace} asked={Object.values(view).some(Boolean)} />}
      />
      <NextPage
        first={view.after || view.before ? queryOf({}) : null}
        previous={page.before ? queryOf({ before: page.before }) : null}
        next={page.next ? queryOf({ after: page.next }) : null}
      />
    </>
  );
}

/** The address holds what was searched for, and a search starts at the first page. */
function NameFilter({ kind, q }: { kind: Kind; q: string | undefined }) {
  return (
    <form method="get" role="search" aria-label={labels[kind]} className="mb-3 flex flex-wrap gap-2">
      <SearchBox
        name="q"
        defaultValue={q}
        aria-label={`Search ${kind}s by name`}
        placeholder="Search by name"
      />
      <Button type="submit">Search</Button>
    </form>
  );
}

const labels = { list: "Lists", segment: "Segments" } as const;

function Nothing({ kind, workspace, asked }: { kind: Kind; workspace: string; asked: boolean }) {
  if (!asked)
    return kind === "list" ? <NoLists workspace={workspace} /> : <NoSegments workspace={workspace} />;
  return (
    <EmptyState
      icon={SearchX}
      title="Nothing found"
      action={<LinkButton href={`/${workspace}/${kind}s`}>Show all {kind}s</LinkButton>}
    >
      No {kind} has this in its name.
    </EmptyState>
  );
}

const about: Column<Row> = {
  key: "about",
  header: "About",
  cell: (row) => <span className="text-muted">{row.description}</span>,
  wideOnly: true,
};

/** Sizes are as of the last recalculation, and say of when that is. */
const counted = (timeZone: string): Column<Row> => ({
  key: "counted",
  header: "As of",
  cell: (row) =>
    row.problem ? (
      <Badge tone="warning">Not counted</Badge>
    ) : (
      <DateTime at={row.countedAt} timeZone={timeZone} empty="Being counted" className="text-muted" />
    ),
});

function NoLists({ workspace }: { workspace: string }) {
  return (
    <EmptyState
      icon={List}
      title="No lists yet"
      action={
        <LinkButton href={`/${workspace}/imports/new`} variant="primary">
          Import a file into a list
        </LinkButton>
      }
    >
      An import can put everybody in the file on a list. Or make an empty one and add people to it.
    </EmptyState>
  );
}

function NoSegments({ workspace }: { workspace: string }) {
  return (
    <EmptyState
      icon={ListFilter}
      title="No segments yet"
      action={
        <LinkButton href={`/${workspace}/segments/new`} variant="primary">
          Build a segment
        </LinkButton>
      }
    >
      A segment is everybody whom its rules fit at the moment: “in Berlin, tagged VIP, opened a mail in the
      last 30 days”.
    </EmptyState>
  );
}
