"use client";
import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useOptimistic, useTransition } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { Checkbox } from "#components/ui/checkbox";
import { cn } from "#components/ui/cn";
import { DateTime } from "#components/ui/date-time";
import type { RouterOutputs } from "#server/router";
import { TaskMenu } from "./task-menu.tsx";

type Props = {
  workspace: string;
  task: RouterOutputs["tasks"]["list"]["rows"][number];
  timeZone: string;
  editable: boolean;
  /** Names the contact: not on its own page. */
  about?: boolean;
};

/** One task, checked off where it stands. */
export function TaskRow({ workspace, task, timeZone, editable, about }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [, startTransition] = useTransition();
  const [done, setDone] = useOptimistic(task.doneAt !== null);
  const finish = useMutation(trpc.tasks.finish.mutationOptions());
  const check = (next: boolean) =>
    startTransition(async () => {
      setDone(next);
      try {
        await finish.mutateAsync({ id: task.id, done: next });
      } catch (error) {
        toast.error(asProblem(error)?.message ?? "The task could not be saved.");
      }
      router.refresh();
    });
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <Checkbox
        className="mt-0.5"
        aria-label={`Done: ${task.title}`}
        checked={done}
        disabled={!editable || finish.isPending}
        onChange={(event) => check(event.target.checked)}
      />
      <div className="min-w-0 flex-1">
        <p className={cn("font-medium break-words", done && "text-muted line-through")}>{task.title}</p>
        {task.note && <p className="break-words whitespace-pre-line text-muted">{task.note}</p>}
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted">
          {about && (
            <Link
              href={`/${workspace}/contacts/${task.contactId}`}
              className="min-w-0 truncate text-accent hover:underline"
            >
              {task.contact}
            </Link>
          )}
          <span>{task.assignee ?? "Nobody in particular"}</span>
          {task.campaignId && (
            <Link
              href={`/${workspace}/campaigns/${task.campaignId}`}
              className="min-w-0 truncate hover:text-ink hover:underline"
            >
              from {task.campaign}
            </Link>
          )}
          {task.doneAt && (
            <span>
              {task.doneBy ? `Done by ${task.doneBy} on ` : "Done on "}
              <DateTime at={task.doneAt} timeZone={timeZone} show="date" />
            </span>
          )}
        </p>
      </div>
      {task.dueOn && !task.doneAt && (
        <Badge tone={task.overdue ? "danger" : "neutral"}>
          {task.overdue ? "Overdue: " : "Due "}
          <DateTime at={`${task.dueOn}T00:00:00Z`} show="date" />
        </Badge>
      )}
      {editable && <TaskMenu task={task} />}
    </li>
  );
}
