"use client";
import { CircleCheckBig, ListTodo } from "lucide-react";
import { Card } from "#components/ui/card";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import type { RouterOutputs } from "#server/router";
import type { TaskListInput } from "#server/tasks/schema";
import { TaskRow } from "./task-row.tsx";

type Props = {
  workspace: string;
  view: TaskListInput["view"];
  tasks: RouterOutputs["tasks"]["list"]["rows"];
  timeZone: string;
  editable: boolean;
};

/** A page of tasks: open ones by the day they are due, done ones the last first. */
export function TaskList({ workspace, view, tasks, timeZone, editable }: Props) {
  if (tasks.length === 0) return <NoTasks workspace={workspace} view={view} />;
  return (
    <Card>
      <ul aria-label="Tasks" className="divide-y">
        {tasks.map((task) => (
          <TaskRow
            key={task.id}
            workspace={workspace}
            task={task}
            timeZone={timeZone}
            editable={editable}
            about
          />
        ))}
      </ul>
    </Card>
  );
}

function NoTasks({ workspace, view }: Pick<Props, "workspace" | "view">) {
  if (view === "done") return <EmptyState icon={CircleCheckBig} title="Nothing has been done yet" />;
  return (
    <EmptyState
      icon={ListTodo}
      title={view === "mine" ? "Nothing for you to do" : "Nothing to do"}
      action={
        view === "mine" && (
          <LinkButton href={`/${workspace}/tasks?view=all`}>See everybody’s tasks</LinkButton>
        )
      }
    >
      Campaigns create tasks with an action step, such as a call when somebody has clicked. Others are added
      on the page of a contact.
    </EmptyState>
  );
}
