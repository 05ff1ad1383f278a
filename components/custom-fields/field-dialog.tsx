"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/checkbox";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Select } from "#components/ui/select";
import { Textarea } from "#components/ui/textarea";
import { type CustomFieldType, customFieldTypes } from "#server/custom-fields/schema";
import type { RouterOutputs } from "#server/router";
import { FieldRules } from "./field-rules.tsx";

type CustomField = RouterOutputs["customFields"]["list"][number];

export const typeLabels: Record<CustomFieldType, string> = {
  text: "Text",
  number: "Number",
  date: "Date",
  boolean: "Yes or no",
  select: "One of several",
  multi_select: "Several of several",
};

/** The button that opens the window of a new field. */
export function AddField() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Plus /> Add field
      </Button>
      {open && <FieldDialog onClose={() => setOpen(false)} />}
    </>
  );
}

/** Adds a field, or edits the one given; its type and key stay. */
export function FieldDialog({ field, onClose }: { field?: CustomField; onClose: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [type, setType] = useState<CustomFieldType>(field?.type ?? "text");
  const done = {
    onSuccess: () => {
      onClose();
      router.refresh();
    },
  };
  const create = useMutation(trpc.customFields.create.mutationOptions(done));
  const update = useMutation(trpc.customFields.update.mutationOptions(done));
  const problem = asProblem(create.error ?? update.error);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = formValues(
      event.currentTarget,
      ...(["label", "options", "defaultValue", "limits.min", "limits.max", "limits.lengthMax"] as const),
    );
    const values = {
      label: text.label,
      required: new FormData(event.currentTarget).has("required"),
      options: text.options
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
      defaultValue: text.defaultValue,
      limits: { min: text["limits.min"], max: text["limits.max"], lengthMax: text["limits.lengthMax"] },
    };
    if (field) update.mutate({ ...values, id: field.id });
    else create.mutate({ ...values, type });
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={field ? `Edit ${field.label}` : "Add a field"}>
        <form onSubmit={submit} className="space-y-4" noValidate>
          <Field
            name="label"
            label="Name"
            defaultValue={field?.label ?? ""}
            maxLength={80}
            error={problem?.fields.label}
            autoFocus
            autoComplete="off"
          />
          <Field name="type" label="Type" hint={field ? "The type stays: values are kept in it." : undefined}>
            {(control) => (
              <Select
                {...control}
                value={type}
                disabled={field !== undefined}
                onChange={(event) => setType(event.target.value as CustomFieldType)}
              >
                {customFieldTypes.map((each) => (
                  <option key={each} value={each}>
                    {typeLabels[each]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {(type === "select" || type === "multi_select") && (
            <Field name="options" label="Options" hint="One per line." error={problem?.fields.options}>
              {(control) => <Textarea {...control} rows={5} defaultValue={field?.options.join("\n") ?? ""} />}
            </Field>
          )}
          <FieldRules type={type} field={field} problems={problem?.fields ?? {}} />
          <Checkbox
            name="required"
            label="Required"
            hint="Whoever adds or edits a contact has to fill it in. Contacts that are there stay as they are."
            defaultChecked={field?.required ?? false}
          />
          <FormError>{problem?.message}</FormError>
          <DialogFooter>
            <Button type="button" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" pending={create.isPending || update.isPending}>
              {field ? "Save" : "Add field"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
