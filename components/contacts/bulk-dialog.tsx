"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { v7 } from "uuid";
import { CampaignSelect } from "#components/campaigns/campaign-select";
import { NameSelect } from "#components/segments/name-select";
import { TagSuggestions } from "#components/segments/tag-suggestions";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Select } from "#components/ui/select";
import { bulkFields, type ContactChange } from "#server/contact-edits/schema";
import type { ContactSelection } from "#server/contacts/schema";
import type { RouterOutputs } from "#server/router";
import { lifecycleStages } from "#server/segments/schema";
import { counted, words } from "./columns.tsx";
import { CustomFieldControl } from "./custom-field-control.tsx";

export type BulkAction = ContactChange["action"];
type CustomFields = RouterOutputs["customFields"]["list"];
type Props = {
  workspace: string;
  action: BulkAction;
  selection: ContactSelection;
  count: number;
  customFields: CustomFields;
  onClose: () => void;
};

const texts: Record<BulkAction, { title: string; confirm: string; says?: string; danger?: true }> = {
  tag: { title: "Tag", confirm: "Tag" },
  untag: { title: "Take a tag off", confirm: "Take off" },
  add_to_list: { title: "Add to a list", confirm: "Add" },
  remove_from_list: { title: "Take off a list", confirm: "Take off" },
  set_field: { title: "Set a field", confirm: "Set", says: "What the field holds now is replaced." },
  set_stage: { title: "Set the stage", confirm: "Set" },
  archive: {
    title: "Archive",
    confirm: "Archive",
    says: "They are kept, and leave every campaign they are in. They can be taken back from the archive.",
  },
  restore: {
    title: "Take back from the archive",
    confirm: "Take back",
    says: "Who unsubscribed, bounced or complained stays so, and is named in the report.",
  },
  unsubscribe: {
    title: "Unsubscribe",
    confirm: "Unsubscribe",
    says: "They leave every campaign and get no more mail from this workspace. Only they themselves can take that back.",
    danger: true,
  },
  add_to_campaign: { title: "Add to a campaign", confirm: "Add" },
  delete: {
    title: "Delete",
    confirm: "Delete",
    says: "They leave every list and campaign and get no more mail. What was sent to them stays in the numbers.",
    danger: true,
  },
};

/** Asks for what one change needs, and starts it. */
export function BulkDialog({ workspace, action, selection, count, customFields, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  // One key as long as the window is open: a double click is one edit.
  const [key] = useState(() => v7());
  const create = useMutation(
    trpc.contactEdits.create.mutationOptions({
      onSuccess: ({ id }) => router.push(`/${workspace}/contacts/edits/${id}`),
    }),
  );
  const problem = asProblem(create.error);
  const { title, confirm, says, danger } = texts[action];
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    create.mutate({ key, selection, change: changeOf(action, new FormData(event.currentTarget)) });
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={`${title}: ${counted(count)} ${count === 1 ? "contact" : "contacts"}`}
        {...(says && { description: says })}
      >
        <form onSubmit={submit} className="space-y-4">
          <ChangeFields action={action} customFields={customFields} problems={problem?.fields ?? {}} />
          <FormError>{problem?.message}</FormError>
          <DialogFooter>
            <Button type="button" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              variant={danger ? "danger" : "primary"}
              pending={create.isPending || create.isSuccess}
            >
              {confirm}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function changeOf(action: BulkAction, form: FormData): ContactChange {
  const text = (name: string) => {
    const values = form.getAll(name).filter((value) => typeof value === "string");
    return values.join(", ");
  };
  switch (action) {
    case "tag":
    case "untag":
      return { action, tag: text("tag") };
    case "add_to_list":
    case "remove_from_list":
      return { action, listId: text("listId") };
    case "set_field":
      return { action, field: text("field"), value: text("value") };
    case "set_stage":
      return { action, stage: text("stage") as (typeof lifecycleStages)[number] };
    case "add_to_campaign":
      return { action, campaignId: text("campaignId") };
    default:
      return { action };
  }
}

type FieldsProps = { action: BulkAction; customFields: CustomFields; problems: Record<string, string> };

function ChangeFields({ action, customFields, problems }: FieldsProps) {
  if (action === "tag" || action === "untag") return <TagField problem={problems.tag} />;
  if (action === "add_to_list" || action === "remove_from_list")
    return <ListField problem={problems.listId} />;
  if (action === "set_field") return <ValueField customFields={customFields} problem={problems.value} />;
  if (action === "add_to_campaign") return <CampaignSelect error={problems.campaignId} />;
  if (action !== "set_stage") return null;
  return (
    <Field name="stage" label="Stage">
      {(control) => (
        <Select {...control}>
          {lifecycleStages.map((stage) => (
            <option key={stage} value={stage}>
              {words(stage)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function TagField({ problem }: { problem: string | undefined }) {
  const [typed, setTyped] = useState("");
  const known = useId();
  return (
    <>
      <Field
        name="tag"
        label="Tag"
        maxLength={60}
        list={known}
        error={problem}
        onInput={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        autoFocus
        required
      />
      <TagSuggestions id={known} typed={typed} />
    </>
  );
}

function ListField({ problem }: { problem: string | undefined }) {
  const trpc = useTRPC();
  const choices = useQuery(trpc.segments.choices.queryOptions());
  const lists = choices.data?.flatMap(({ id: value, name: label, kind }) =>
    kind === "list" ? [{ value, label }] : [],
  );
  return (
    <Field
      name="listId"
      label="List"
      error={problem ?? asProblem(choices.error)?.message}
      hint={lists?.length === 0 ? "There is no list yet: make one on the page of lists." : undefined}
    >
      {(control) => <NameSelect {...control} kind="list" held={lists} />}
    </Field>
  );
}

function ValueField({ customFields, problem }: { customFields: CustomFields; problem: string | undefined }) {
  const [field, setField] = useState("company");
  const custom = customFields.find(({ name }) => `custom.${name}` === field);
  return (
    <>
      <Field name="field" label="Field">
        {(control) => (
          <Select {...control} value={field} onChange={(event) => setField(event.target.value)}>
            {bulkFields.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
            {customFields.map(({ name, label }) => (
              <option key={name} value={`custom.${name}`}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field name="value" label="Value" error={problem} hint="Leave it empty to clear the field.">
        {(control) => (
          <CustomFieldControl key={field} control={control} field={custom ?? { type: "text", options: [] }} />
        )}
      </Field>
    </>
  );
}
