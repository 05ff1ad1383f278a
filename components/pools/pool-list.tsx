"use client";
import { useMutation } from "@tanstack/react-query";
import { Shuffle } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Card } from "#components/ui/card";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { EmptyState } from "#components/ui/empty-state";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";
import { type Mailbox, PoolDialog, strategyLabels } from "./pool-dialog.tsx";

export type Pool = RouterOutputs["pools"]["list"][number];
type Props = { pools: Pool[]; mailboxes: Mailbox[]; editable: boolean };

/** The pools of the workspace, with who is in them and what each has sent today. */
export function PoolList({ pools, mailboxes, editable }: Props) {
  const [editing, setEditing] = useState<Pool | null>(null);
  if (pools.length === 0)
    return (
      <EmptyState icon={Shuffle} title="No pools yet">
        A pool lets several mailboxes share the mail of a campaign. Everybody hears from the same one
        throughout.
      </EmptyState>
    );
  return (
    <>
      <ul className="space-y-3">
        {pools.map((pool) => (
          <li key={pool.id}>
            <Card className="p-4">
              <div className="flex flex-wrap items-start justify-between gap-2">
                <div className="min-w-0">
                  <h2 className="font-medium break-words">{pool.name}</h2>
                  <p className="mt-0.5 text-muted">
                    {strategyLabels[pool.strategy]}
                    {pool.dailyLimitPerAccount !== null
                      && `, at most ${pool.dailyLimitPerAccount.toLocaleString("en")} a day from each`}
                    {pool.whenUnfit === "continue" && ", goes on when none stands well"}
                    {pool.campaigns > 0
                      && `, used by ${pool.campaigns === 1 ? "1 campaign" : `${pool.campaigns} campaigns`}`}
                  </p>
                </div>
                {editable && (
                  <span className="flex gap-1">
                    <Button
                      size="sm"
                      variant="ghost"
                      aria-label={`Edit ${pool.name}`}
                      onClick={() => setEditing(pool)}
                    >
                      Edit
                    </Button>
                    <RemovePool pool={pool} />
                  </span>
                )}
              </div>
              {pool.continued && (
                <p className="mt-2 text-warning">
                  Today new people hear from mailboxes that do not stand well: no other one can send any more.
                </p>
              )}
              <ul className="mt-3 space-y-1.5">
                {pool.members.map(({ mailboxId, email, status, weight, sentToday }) => (
                  <li key={mailboxId} className="flex flex-wrap items-center gap-2">
                    <span className="wrap-anywhere">{email}</span>
                    {status !== "active" && <StatusBadge status={status} />}
                    <span className="text-xs text-muted tabular-nums">
                      {sentToday.toLocaleString("en")} sent today
                      {pool.strategy === "weighted" && `, weight ${weight}`}
                    </span>
                  </li>
                ))}
              </ul>
            </Card>
          </li>
        ))}
      </ul>
      {editing && <PoolDialog pool={editing} mailboxes={mailboxes} onClose={() => setEditing(null)} />}
    </>
  );
}

function RemovePool({ pool }: { pool: Pool }) {
  const trpc = useTRPC();
  const router = useRouter();
  const remove = useMutation(
    trpc.pools.remove.mutationOptions({
      onSuccess: () => {
        toast.success("Pool removed.");
        router.refresh();
      },
    }),
  );
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" variant="ghost" aria-label={`Remove ${pool.name}`}>
          Remove
        </Button>
      }
      title={`Remove the pool ${pool.name}?`}
      confirm="Remove"
      danger
      onConfirm={() => remove.mutateAsync({ id: pool.id })}
    >
      Its mailboxes stay, and what was sent from them too.
    </ConfirmDialog>
  );
}
