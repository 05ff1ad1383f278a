import Link from "next/link";
import { cn } from "#components/ui/cn";
import type { TaskListInput } from "#server/tasks/schema";

const labels = { mine: "Mine", all: "Everybody’s", done: "Done" } as const;

/** Which tasks are shown. */
export function TaskViews({ workspace, view }: { workspace: string; view: TaskListInput["view"] }) {
  return (
    <nav aria-label="Tasks" className="mb-4 flex w-fit gap-1 rounded-lg bg-selected p-0.5">
      {(Object.keys(labels) as (keyof typeof labels)[]).map((each) => (
        <Link
          key={each}
          href={`/${workspace}/tasks${each === "mine" ? "" : `?view=${each}`}`}
          aria-current={each === view ? "page" : undefined}
          className={cn(
            "rounded-md px-3 py-1 text-muted hover:text-ink",
            each === view && "bg-surface font-medium text-ink shadow-card",
          )}
        >
          {labels[each]}
        </Link>
      ))}
    </nav>
  );
}
