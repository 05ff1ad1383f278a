"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { TaskDialog } from "./task-dialog.tsx";
import { TaskRow } from "./task-row.tsx";

type Props = {
  workspace: string;
  contactId: string;
  tasks: RouterOutputs["tasks"]["list"]["rows"];
  timeZone: string;
  editable: boolean;
};

/** What is still to be done about a contact; what was done is on its timeline. */
export function ContactTasks({ workspace, contactId, tasks, timeZone, editable }: Props) {
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title="Tasks"
      flush={tasks.length > 0}
      action={
        editable && (
          <Button size="sm" onClick={() => setAdding(true)}>
            <Plus /> Add task
          </Button>
        )
      }
    >
      {tasks.length === 0 ? (
        <p className="text-muted">Nothing to do.</p>
      ) : (
        <ul aria-label="Open tasks" className="divide-y">
          {tasks.map((task) => (
            <TaskRow
              key={task.id}
              workspace={workspace}
              task={task}
              timeZone={timeZone}
              editable={editable}
            />
          ))}
        </ul>
      )}
      {adding && <TaskDialog contactId={contactId} task={null} onClose={() => setAdding(false)} />}
    </Section>
  );
}
