"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Select } from "#components/ui/select";
import { SubmitButton } from "#components/ui/submit-button";
import { Textarea } from "#components/ui/textarea";
import type { RouterOutputs } from "#server/router";

type Props = {
  contactId: string;
  /** Null: a new one. */
  task: RouterOutputs["tasks"]["list"]["rows"][number] | null;
  onClose: () => void;
};

/** Writes a task about a contact, or changes one. */
export function TaskDialog({ contactId, task, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const saved = {
    onSuccess: () => {
      onClose();
      router.refresh();
    },
  };
  const create = useMutation(trpc.tasks.create.mutationOptions(saved));
  const update = useMutation(trpc.tasks.update.mutationOptions(saved));
  const members = useQuery(trpc.members.list.queryOptions());
  const problem = asProblem(create.error ?? update.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = formValues(event.currentTarget, "title", "note", "dueOn", "assigneeId");
    if (task) update.mutate({ id: task.id, ...values });
    else create.mutate({ contactId, ...values });
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={task ? "Edit task" : "New task"}>
        <form onSubmit={submit} noValidate className="space-y-4">
          <Field
            name="title"
            label="What is to be done"
            maxLength={200}
            autoComplete="off"
            autoFocus
            defaultValue={task?.title ?? ""}
            error={problem?.fields.title}
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <Field name="assigneeId" label="Who does it" error={problem?.fields.assigneeId}>
              {(control) =>
                members.data ? (
                  <Select {...control} defaultValue={task?.assigneeId ?? ""}>
                    <option value="">Nobody in particular</option>
                    {members.data.map(({ userId, name, email }) => (
                      <option key={userId} value={userId}>
                        {name || email}
                      </option>
                    ))}
                    {task?.assigneeId && !members.data.some(({ userId }) => userId === task.assigneeId) && (
                      <option value={task.assigneeId}>{task.assignee} (no member any more)</option>
                    )}
                  </Select>
                ) : (
                  <Select {...control} disabled>
                    <option>{members.error ? "The members could not be loaded" : "Loading…"}</option>
                  </Select>
                )
              }
            </Field>
            <Field
              name="dueOn"
              type="date"
              label="Due on"
              aside="Optional"
              defaultValue={task?.dueOn ?? ""}
              error={problem?.fields.dueOn}
            />
          </div>
          <Field name="note" label="Note" aside="Optional" error={problem?.fields.note}>
            {(control) => <Textarea {...control} rows={3} maxLength={2000} defaultValue={task?.note ?? ""} />}
          </Field>
          {problem && Object.keys(problem.fields).length === 0 && <FormError>{problem.message}</FormError>}
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <SubmitButton pending={create.isPending || update.isPending}>
              {task ? "Save" : "Add task"}
            </SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
