"use client";
import { SearchX, Users } from "lucide-react";
import { useState } from "react";
import { Checkbox } from "#components/ui/checkbox";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { type Column, Table } from "#components/ui/table";
import {
  type ContactListInput,
  countMax,
  filterOf,
  queryOf,
  type RefusedParts,
} from "#server/contacts/schema";
import type { Permission } from "#server/permissions";
import type { RouterOutputs } from "#server/router";
import { BulkBar } from "./bulk-bar.tsx";
import { columnsOf, type ContactRow, counted } from "./columns.tsx";

type Props = {
  workspace: string;
  view: ContactListInput;
  /** What was asked for and cannot be filtered by. */
  refused: RefusedParts;
  page: RouterOutputs["contacts"]["list"];
  columns: string[];
  customFields: RouterOutputs["customFields"]["list"];
  permissions: Permission[];
  timeZone: string;
};

/** The contacts of a view; several, or all that match, can be changed at once. */
export function ContactTable(props: Props) {
  const { workspace, view, refused, page, columns, customFields, permissions, timeZone } = props;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // All that match, of the filter that was on the screen when it was said.
  const [every, setEvery] = useState<string | null>(null);
  const [excepted, setExcepted] = useState<ReadonlySet<string>>(new Set());
  const filter = filterOf(view);
  const filterKey = JSON.stringify(filter);
  const everyone = every === filterKey;
  const isChosen = (id: string) => (everyone ? !excepted.has(id) : chosen.has(id));
  const toggle = (ids: string[], on: boolean) => {
    if (everyone) setExcepted((before) => changed(before, ids, !on));
    else setChosen((before) => changed(before, ids, on));
  };
  const clear = () => {
    setEvery(null);
    setChosen(new Set());
    setExcepted(new Set());
  };
  const chooseEveryone = () => {
    setExcepted(new Set());
    setEvery(filterKey);
  };
  const shown = columnsOf(view, columns, { customFields, timeZone });
  const editable = permissions.includes("contacts:write");
  const { after: _, before: __, ...rest } = view;
  const selected = everyone && !page.capped ? page.total - excepted.size : page.total;
  return (
    <>
      {(chosen.size > 0 || everyone) && (
        <BulkBar
          workspace={workspace}
          selection={everyone ? { filter, except: [...excepted] } : { ids: [...chosen] }}
          count={everyone ? selected : chosen.size}
          matching={page.total}
          everyone={everyone}
          onEveryone={Object.keys(refused).length > 0 ? null : chooseEveryone}
          onClear={clear}
          customFields={customFields}
          permissions={permissions}
        />
      )}
      <Table
        label="Contacts"
        columns={editable ? [selection(page.rows, isChosen, toggle), ...shown] : shown}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) => `/${workspace}/contacts/${row.id}`}
        empty={page.any ? <NothingFound workspace={workspace} /> : <NoContacts workspace={workspace} />}
      />
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        {page.rows.length > 0 && (
          <p className="pt-3 text-xs text-muted" role="status">
            {counted(page.total)} {page.total === 1 ? "contact" : "contacts"}
            {page.capped
              && `; the list goes through ${countMax.toLocaleString("en")} of them. Narrow the search to see others.`}
          </p>
        )}
        <NextPage
          first={view.after || view.before ? { query: queryOf(rest) } : null}
          previous={page.before ? { query: queryOf({ ...rest, before: page.before }) } : null}
          next={page.next ? { query: queryOf({ ...rest, after: page.next }) } : null}
        />
      </div>
    </>
  );
}

function changed(before: ReadonlySet<string>, ids: readonly string[], on: boolean): ReadonlySet<string> {
  const next = new Set(before);
  for (const id of ids) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return next;
}

function selection(
  rows: ContactRow[],
  isChosen: (id: string) => boolean,
  toggle: (ids: string[], on: boolean) => void,
): Column<ContactRow> {
  const here = rows.map(({ id }) => id);
  return {
    key: "select",
    header: "Select",
    bare: true,
    head: (
      <Checkbox
        aria-label="Select all on this page"
        checked={here.length > 0 && here.every(isChosen)}
        onChange={(event) => toggle(here, event.target.checked)}
      />
    ),
    cell: (row) => (
      <Checkbox
        aria-label={`Select ${row.email}`}
        checked={isChosen(row.id)}
        onChange={(event) => toggle([row.id], event.target.checked)}
      />
    ),
  };
}

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
