"use client";
import { useMutation } from "@tanstack/react-query";
import { Gauge } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { type Column, Table } from "#components/ui/table";
import { LimitDialog } from "./limit-dialog.tsx";
import { type Limit, limitWords } from "./limit-words.tsx";
import { RemoveButton, useRemoved } from "./remove-button.tsx";

const number = (value: number | null) => (value === null ? "–" : value.toLocaleString("en"));

/** The limits that mailboxes share, with what is used of them today. */
export function LimitTable({
  limits,
  domains,
  editable,
}: {
  limits: Limit[];
  domains: string[];
  editable: boolean;
}) {
  const [editing, setEditing] = useState<Limit | null>(null);
  const columns: Column<Limit>[] = [
    { key: "what", header: "Limit", cell: limitWords },
    {
      key: "day",
      header: "A day",
      align: "right",
      cell: ({ dailyLimit }) => <span className="tabular-nums">{number(dailyLimit)}</span>,
    },
    {
      key: "hour",
      header: "An hour",
      align: "right",
      cell: ({ hourlyLimit }) => <span className="tabular-nums">{number(hourlyLimit)}</span>,
    },
    {
      key: "used",
      header: "Used today",
      align: "right",
      cell: ({ domain, usedToday }) => (
        <span className="tabular-nums">
          {domain === "*" ? "per company" : usedToday.toLocaleString("en")}
        </span>
      ),
    },
  ];
  if (editable)
    columns.push({
      key: "actions",
      header: "Actions",
      bare: true,
      cell: (limit) => (
        <span className="flex justify-end gap-1">
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Edit the limit: ${limitWords(limit)}`}
            onClick={() => setEditing(limit)}
          >
            Edit
          </Button>
          <RemoveLimit limit={limit} />
        </span>
      ),
    });
  return (
    <>
      <Table
        label="Shared limits"
        columns={columns}
        rows={limits}
        rowKey={({ id }) => id}
        empty={
          <EmptyState icon={Gauge} title="No shared limits">
            Each mailbox and campaign keeps to its own limits. Add one that all of them share: for the
            workspace, for the mailboxes of a domain, or for what one company or provider gets.
          </EmptyState>
        }
      />
      {editing && <LimitDialog limit={editing} domains={domains} onClose={() => setEditing(null)} />}
    </>
  );
}

function RemoveLimit({ limit }: { limit: Limit }) {
  const trpc = useTRPC();
  const remove = useMutation(trpc.sendingLimits.remove.mutationOptions(useRemoved("Limit removed.")));
  return (
    <RemoveButton
      label={`Remove the limit: ${limitWords(limit)}`}
      pending={remove.isPending}
      onClick={() => remove.mutate({ id: limit.id })}
    />
  );
}
