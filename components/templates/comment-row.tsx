"use client";
import { useMutation } from "@tanstack/react-query";
import { Check, RotateCcw, Trash2 } from "lucide-react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { DateTime } from "#components/ui/date-time";
import type { RouterOutputs } from "#server/router";

type Props = {
  comment: RouterOutputs["templates"]["comments"]["rows"][number];
  timeZone: string;
  editable: boolean;
  onChanged: () => Promise<void>;
};

export function CommentRow({ comment, timeZone, editable, onChanged }: Props) {
  const { id, author, at, body, settledAt, removable } = comment;
  const trpc = useTRPC();
  const said = {
    onSuccess: onChanged,
    onError: (error: unknown) => void toast.error(asProblem(error)?.message),
  };
  const settle = useMutation(trpc.templates.settleComment.mutationOptions(said));
  const remove = useMutation(trpc.templates.removeComment.mutationOptions());
  const who = author ?? "Somebody";
  return (
    <li className="flex items-start gap-3 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2 text-xs text-muted">
          <span className="text-sm font-medium text-ink">{who}</span>
          <DateTime at={at} timeZone={timeZone} />
          {settledAt && (
            <span className="inline-flex items-center gap-1 text-success">
              <Check aria-hidden className="size-3.5" /> Done
            </span>
          )}
        </p>
        <p className={cn("mt-1 break-words whitespace-pre-line", settledAt && "text-muted")}>{body}</p>
      </div>
      {editable && (
        <Button
          variant="ghost"
          size="icon-sm"
          pending={settle.isPending}
          aria-label={`${settledAt ? "Not done after all" : "Mark as done"}: comment of ${who}`}
          title={settledAt ? "Not done after all" : "Mark as done"}
          onClick={() => settle.mutate({ commentId: id, settled: !settledAt })}
        >
          {settledAt ? <RotateCcw /> : <Check />}
        </Button>
      )}
      {editable && removable && (
        <ConfirmDialog
          trigger={
            <Button variant="ghost" size="icon-sm" aria-label={`Delete the comment of ${who}`} title="Delete">
              <Trash2 />
            </Button>
          }
          title="Delete this comment?"
          confirm="Delete comment"
          danger
          onConfirm={async () => {
            await remove.mutateAsync({ commentId: id });
            await onChanged();
          }}
        >
          It is gone for everybody, and cannot be brought back.
        </ConfirmDialog>
      )}
    </li>
  );
}
