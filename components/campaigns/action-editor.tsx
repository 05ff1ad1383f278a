"use client";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { RadioCards } from "#components/ui/radio-cards";
import { Select } from "#components/ui/select";
import { settableFields, type Action, type ActionType, type StepContent } from "#server/campaigns/schema";
import { lifecycleStages } from "#server/segments/schema";
import type { EditorProps } from "./step-editor.tsx";

type Content = Extract<StepContent, { type: "action" }>;

const blank: Record<ActionType, Action> = {
  add_tag: { type: "add_tag", tag: "" },
  update_field: { type: "update_field", field: "", value: "" },
  exit: { type: "exit" },
};

export function ActionEditor({ content, onChange, disabled }: EditorProps<Content>) {
  const { action } = content;
  const set = (next: Action) => onChange({ ...content, action: next });
  return (
    <fieldset disabled={disabled} className="space-y-4">
      <RadioCards
        name="action"
        legend="What to do"
        value={action.type}
        onChange={(type) => set(blank[type as ActionType])}
        className="sm:grid-cols-3"
        options={[
          { value: "add_tag", label: "Add a tag", disabled },
          { value: "update_field", label: "Set a field", disabled },
          { value: "exit", label: "End here", disabled },
        ]}
      />
      {action.type === "add_tag" && (
        <TagField tag={action.tag} onChange={(tag) => set({ type: "add_tag", tag })} />
      )}
      {action.type === "update_field" && <FieldValue action={action} onChange={set} />}
      {action.type === "exit" && (
        <p className="text-muted">The contact leaves the campaign here and gets nothing more from it.</p>
      )}
    </fieldset>
  );
}

function TagField({ tag, onChange }: { tag: string; onChange: (tag: string) => void }) {
  const trpc = useTRPC();
  const tags = useQuery(trpc.tags.list.queryOptions());
  const list = useId();
  return (
    <Field name="tag" label="Tag" hint="A new tag is made when the first contact gets it.">
      {(control) => (
        <>
          <Input
            {...control}
            list={list}
            maxLength={60}
            defaultValue={tag}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {tags.data?.map((each) => (
              <option key={each.id} value={each.name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

type Update = Extract<Action, { type: "update_field" }>;

function FieldValue({ action, onChange }: { action: Update; onChange: (action: Update) => void }) {
  const trpc = useTRPC();
  const custom = useQuery(trpc.customFields.list.queryOptions());
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field name="field" label="Field">
        {(control) => (
          <Select
            {...control}
            value={action.field}
            onChange={(event) => onChange({ ...action, field: event.target.value })}
          >
            <option value="">Choose a field…</option>
            {settableFields.map((field) => (
              <option key={field.name} value={field.name}>
                {field.label}
              </option>
            ))}
            {custom.data?.map((field) => (
              <option key={field.name} value={`custom.${field.name}`}>
                {field.label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field name="value" label="New value" hint={action.value ? undefined : "Empty clears the field."}>
        {(control) =>
          action.field === "lifecycle_stage" ? (
            <Select
              {...control}
              value={action.value}
              onChange={(event) => onChange({ ...action, value: event.target.value })}
            >
              <option value="">Choose a stage…</option>
              {lifecycleStages.map((stage) => (
                <option key={stage} value={stage}>
                  {stage.replaceAll("_", " ")}
                </option>
              ))}
            </Select>
          ) : (
            <Input
              {...control}
              maxLength={1000}
              defaultValue={action.value}
              onChange={(event) => onChange({ ...action, value: event.target.value })}
            />
          )
        }
      </Field>
    </div>
  );
}
