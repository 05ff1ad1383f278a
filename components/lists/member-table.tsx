"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/checkbox";
import { DateTime } from "#components/ui/date-time";
import { NextPage } from "#components/ui/next-page";
import { StatusBadge } from "#components/ui/status-badge";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";

type Page = RouterOutputs["contacts"]["list"];
type Row = Page["rows"][number];
type Props = {
  workspace: string;
  listId: string;
  page: Page;
  after: string | undefined;
  timeZone: string;
  editable: boolean;
};

/** The members of a list, the newest contacts first; several can be taken off at once. */
export function MemberTable({ workspace, listId, page, after, timeZone, editable }: Props) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // A page that was turned, or a member who has left meanwhile, must not be acted on unseen.
  const selected = page.rows.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  const toggle = (ids: string[], on: boolean) => {
    const next = new Set(selected);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  };
  const columns = editable ? [selection(page.rows, selected, toggle), ...facts(timeZone)] : facts(timeZone);
  return (
    <>
      {editable && <RemoveBar listId={listId} selected={selected} onDone={() => setChosen(new Set())} />}
      <Table
        label="Members"
        columns={columns}
        rows={page.rows}
        rowKey={(row) => row.id}
        href={(row) => `/${workspace}/contacts/${row.id}`}
        empty={<p className="py-8 text-center text-muted">Nobody on this page any more.</p>}
      />
      <NextPage
        first={after ? { query: {} } : null}
        next={page.next ? { query: { after: page.next } } : null}
      />
    </>
  );
}

type BarProps = { listId: string; selected: string[]; onDone: () => void };

function RemoveBar({ listId, selected, onDone }: BarProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const remove = useMutation(
    trpc.lists.remove.mutationOptions({
      onSuccess: ({ removed }) => {
        toast.success(
          removed === 1 ? "1 contact taken off the list" : `${removed} contacts taken off the list`,
        );
        onDone();
        router.refresh();
      },
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  return (
    <div className="mb-3 flex min-h-8 items-center gap-3">
      <p role="status" className="text-muted">
        {selected.length === 0 ? "Choose people to take them off the list." : `${selected.length} chosen`}
      </p>
      {selected.length > 0 && (
        <Button
          variant="danger-quiet"
          pending={remove.isPending}
          onClick={() => remove.mutate({ id: listId, contactIds: selected })}
        >
          Remove from list
        </Button>
      )}
    </div>
  );
}

type Toggle = (ids: string[], on: boolean) => void;

function selection(rows: Row[], selected: string[], toggle: Toggle): Column<Row> {
  return {
    key: "chosen",
    header: "Chosen",
    bare: true,
    head: (
      <Checkbox
        aria-label="Choose everybody on this page"
        checked={rows.length > 0 && selected.length === rows.length}
        onChange={(event) =>
          toggle(
            rows.map(({ id }) => id),
            event.target.checked,
          )
        }
      />
    ),
    cell: (row) => (
      <Checkbox
        aria-label={`Choose ${row.email}`}
        checked={selected.includes(row.id)}
        onChange={(event) => toggle([row.id], event.target.checked)}
      />
    ),
  };
}

const facts = (timeZone: string): Column<Row>[] => [
  { key: "email", header: "Email", cell: (row) => <span className="wrap-anywhere">{row.email}</span> },
  { key: "name", header: "Name", cell: (row) => row.name ?? <span className="text-faint">–</span> },
  { key: "company", header: "Company", cell: (row) => row.company ?? "", wideOnly: true },
  { key: "status", header: "Status", cell: (row) => <StatusBadge status={row.status} /> },
  {
    key: "created",
    header: "Contact since",
    wideOnly: true,
    cell: (row) => <DateTime at={row.createdAt} timeZone={timeZone} show="date" />,
  },
];
