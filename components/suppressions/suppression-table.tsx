"use client";
import { useMutation } from "@tanstack/react-query";
import { SearchX, ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { DateTime } from "#components/ui/date-time";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { EmptyState } from "#components/ui/empty-state";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { NextPage } from "#components/ui/next-page";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";
import { type Column, Table } from "#components/ui/table";
import type { Permission } from "#server/permissions";
import type { RouterOutputs } from "#server/router";
import {
  partMin,
  scopeLabels,
  type SuppressionListInput,
  suppressionScopes,
} from "#server/suppressions/schema";

type Page = RouterOutputs["suppressions"]["list"];
type Row = Page["rows"][number];
type Props = { view: SuppressionListInput; page: Page; permissions: Permission[]; timeZone: string };

/** Addresses and domains that are not mailed, newest first. */
export function SuppressionTable({ view, page, permissions, timeZone }: Props) {
  const [opening, setOpening] = useState<Row | null>(null);
  const searched = Boolean(view.q || view.scope || view.after);
  const columns = facts(timeZone);
  if (permissions.includes("suppressions:remove")) {
    columns.push({
      key: "remove",
      header: "Remove",
      bare: true,
      cell: (row) => (
        <Button size="sm" variant="ghost" aria-label={`Remove ${row.email}`} onClick={() => setOpening(row)}>
          Remove
        </Button>
      ),
    });
  }
  return (
    <>
      {(page.rows.length > 0 || searched) && <Search view={view} />}
      <Table
        label="Suppressions"
        columns={columns}
        rows={page.rows}
        rowKey={(row) => row.id}
        empty={
          searched ? (
            <EmptyState icon={SearchX} title="No such address is suppressed">
              The search finds any part of an address, from {partMin} characters on; fewer find its start.
            </EmptyState>
          ) : (
            <EmptyState icon={ShieldCheck} title="Nobody is suppressed">
              Who unsubscribes, bounces or reports a mail as spam comes here by itself. Add others by hand.
            </EmptyState>
          )
        }
      />
      <NextPage
        first={view.after ? { query: searchOf(view) } : null}
        next={page.next ? { query: { ...searchOf(view), after: page.next } } : null}
      />
      {opening && <RemoveDialog row={opening} onClose={() => setOpening(null)} />}
    </>
  );
}

const searchOf = ({ q, scope }: SuppressionListInput) => ({ ...(q && { q }), ...(scope && { scope }) });

function Search({ view }: { view: SuppressionListInput }) {
  return (
    <form
      method="get"
      role="search"
      aria-label="Suppressions"
      className="mb-4 flex flex-wrap items-center gap-2"
    >
      <SearchBox
        name="q"
        defaultValue={view.q ?? ""}
        placeholder="Part of an address"
        aria-label="Search suppressions"
      />
      <Select name="scope" defaultValue={view.scope ?? ""} aria-label="Scope" className="w-48 max-sm:w-full">
        <option value="">Every scope</option>
        {suppressionScopes.map((scope) => (
          <option key={scope} value={scope}>
            {scopeLabels[scope]}
          </option>
        ))}
      </Select>
      <Button type="submit">Search</Button>
    </form>
  );
}

const facts = (timeZone: string): Column<Row>[] => [
  { key: "email", header: "Address", cell: (row) => <span className="wrap-anywhere">{row.email}</span> },
  { key: "reason", header: "Reason", cell: (row) => row.reason.replaceAll("_", " ") },
  {
    key: "scope",
    header: "Scope",
    cell: (row) => (row.scope === "category" ? "One category" : scopeLabels[row.scope]),
  },
  {
    key: "by",
    header: "Added by",
    wideOnly: true,
    cell: (row) => row.addedBy ?? row.source.replaceAll("_", " "),
  },
  {
    key: "at",
    header: "Added",
    wideOnly: true,
    cell: (row) => <DateTime at={row.addedAt} timeZone={timeZone} show="date" />,
  },
];

function RemoveDialog({ row, onClose }: { row: Row; onClose: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const remove = useMutation(
    trpc.suppressions.remove.mutationOptions({
      onSuccess: () => {
        toast.success(`${row.email} can be mailed again`);
        onClose();
        router.refresh();
      },
    }),
  );
  const problem = asProblem(remove.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    remove.mutate({ id: row.id, ...formValues(event.currentTarget, "evidence") });
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={`Remove ${row.email}?`}
        description="Campaigns may mail this address again. What you write here is kept in the audit log."
      >
        <form onSubmit={submit} className="space-y-4">
          <Field
            name="evidence"
            label="How do you know that they want mail again?"
            error={problem?.fields.evidence}
            maxLength={500}
            autoFocus
            autoComplete="off"
          />
          <FormError>{problem?.message}</FormError>
          <DialogFooter>
            <Button type="button" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" variant="danger" pending={remove.isPending}>
              Remove
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
