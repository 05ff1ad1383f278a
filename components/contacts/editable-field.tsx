"use client";
import { useMutation } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import type { ControlProps } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { CustomField } from "#server/custom-fields/schema";
import { lifecycleStages } from "#server/segments/schema";
import { words } from "./columns.tsx";
import { CustomFieldControl } from "./custom-field-control.tsx";

type Props = {
  contactId: string;
  /** A standard field, `stage` or `custom.<name>`. */
  name: string;
  label: string;
  /** As it is shown and typed. */
  value: string;
  shape?: Pick<CustomField, "type" | "options"> & { validation?: CustomField["validation"] };
};

/** One value, edited where it stands. Somebody else's change meanwhile is shown beside one's own, to choose from. */
export function EditableField({
  contactId,
  name,
  label,
  value,
  shape = { type: "text", options: [] },
}: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const id = useId();
  const [editing, setEditing] = useState(false);
  const edit = useMutation(
    trpc.contacts.edit.mutationOptions({
      onSuccess: () => {
        setEditing(false);
        router.refresh();
      },
    }),
  );
  const problem = asProblem(edit.error);
  const theirs = problem?.fields.theirs;
  const stop = () => {
    edit.reset();
    setEditing(false);
    if (theirs !== undefined) router.refresh();
  };
  if (!editing) {
    return (
      <span className="group flex items-start justify-between gap-2">
        <span className="min-w-0 break-words">
          {value ? name === "stage" ? words(value) : value : <span className="text-faint">–</span>}
        </span>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`Edit ${label}`}
          className="-my-1 opacity-60 group-hover:opacity-100 focus-visible:opacity-100"
          onClick={() => setEditing(true)}
        >
          <Pencil />
        </Button>
      </span>
    );
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = new FormData(event.currentTarget).getAll("value").filter((one) => typeof one === "string");
    edit.mutate({ id: contactId, field: name, seen: theirs ?? value, value: values.join(", ") });
  }
  const control: ControlProps & { "aria-label": string; autoFocus: true } = {
    id,
    name: "value",
    "aria-label": label,
    "aria-describedby": problem ? `${id}-problem` : undefined,
    "aria-invalid": problem ? true : undefined,
    autoFocus: true,
  };
  return (
    <form
      onSubmit={submit}
      onKeyDown={(event) => event.key === "Escape" && stop()}
      className="space-y-1.5"
      noValidate
    >
      {name === "stage" ? (
        <Select {...control} defaultValue={value}>
          {lifecycleStages.map((stage) => (
            <option key={stage} value={stage}>
              {words(stage)}
            </option>
          ))}
        </Select>
      ) : (
        <CustomFieldControl control={control} field={shape} value={value} />
      )}
      {problem && (
        <p id={`${id}-problem`} role="alert" className="text-xs text-danger">
          {problem.message}
        </p>
      )}
      <span className="flex gap-1.5">
        <Button type="submit" size="sm" variant="primary" pending={edit.isPending}>
          {theirs === undefined ? "Save" : "Overwrite"}
        </Button>
        <Button type="button" size="sm" variant="ghost" onClick={stop}>
          {theirs === undefined ? "Cancel" : "Keep theirs"}
        </Button>
      </span>
    </form>
  );
}
