"use client";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { NameSelect } from "#components/segments/name-select";
import { TagSuggestions } from "#components/segments/tag-suggestions";
import { useTRPC } from "#components/trpc/client";
import { Field, type ControlProps } from "#components/ui/field";
import { Input } from "#components/ui/input";
import type { RouterOutputs } from "#server/router";
import type { Trigger } from "#server/triggers/schema";
import { ContactFieldSelect } from "./contact-field-select.tsx";

export type Choice = RouterOutputs["campaigns"]["audienceChoices"][number];
type Props<One extends Trigger = Trigger> = { trigger: One; onChange: (trigger: One) => void };
type Of<Type extends Trigger["type"]> = Extract<Trigger, { type: Type }>;

/** What one kind of trigger asks for. Choices are saved at once, text when it is left. `ownLinks`: of no other campaign. */
export function TriggerFields({
  trigger,
  onChange,
  choices,
  ownLinks = false,
}: Props & { choices: Choice[]; ownLinks?: boolean }) {
  switch (trigger.type) {
    case "segment_entered":
      return <SegmentField trigger={trigger} onChange={onChange} choices={choices} />;
    case "tag_added":
      return <TagField trigger={trigger} onChange={onChange} />;
    case "field_changed":
      return <FieldFields trigger={trigger} onChange={onChange} />;
    case "event":
      return (
        <Field name="name" label="Name of the event" hint="As your system sends it, such as order.placed.">
          {(control) => (
            <TextOnLeave
              control={control}
              value={trigger.name}
              placeholder="order.placed"
              maxLength={80}
              onLeave={(name) => onChange({ ...trigger, name })}
            />
          )}
        </Field>
      );
    case "link_clicked":
      return <LinkFields trigger={trigger} onChange={onChange} own={ownLinks} />;
    case "manual":
      return (
        <p className="text-muted">
          From a contact’s page, from a selection of contacts, or from this campaign once it runs.
        </p>
      );
  }
}

function SegmentField({ trigger, onChange, choices }: Props<Of<"segment_entered">> & { choices: Choice[] }) {
  return (
    <Field name="segmentId" label="List or segment" hint="Who is in it at the launch is not meant.">
      {(control) => (
        <NameSelect
          {...control}
          kind="audience"
          held={choices.map(({ id, name, kind }) => ({ value: id, label: name, hint: kind }))}
          groups={{ list: "Lists", segment: "Segments" }}
          none="Choose one…"
          value={trigger.segmentId}
          onChange={(segmentId) => onChange({ ...trigger, segmentId })}
        />
      )}
    </Field>
  );
}

function TagField({ trigger, onChange }: Props<Of<"tag_added">>) {
  const [typed, setTyped] = useState("");
  const known = useId();
  return (
    <Field name="tag" label="Tag">
      {(control) => (
        <>
          <TextOnLeave
            control={control}
            value={trigger.tag}
            list={known}
            onInput={(event) => setTyped(event.currentTarget.value)}
            maxLength={60}
            onLeave={(tag) => onChange({ ...trigger, tag })}
          />
          <TagSuggestions id={known} typed={typed} />
        </>
      )}
    </Field>
  );
}

function FieldFields({ trigger, onChange }: Props<Of<"field_changed">>) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <ContactFieldSelect value={trigger.field} onChange={(field) => onChange({ ...trigger, field })} />
      <Field name="value" label="Becomes" hint="Empty: whatever it becomes.">
        {(control) => (
          <TextOnLeave
            control={control}
            value={trigger.value}
            maxLength={200}
            onLeave={(value) => onChange({ ...trigger, value })}
          />
        )}
      </Field>
    </div>
  );
}

function LinkFields({ trigger, onChange, own }: Props<Of<"link_clicked">> & { own: boolean }) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {!own && <LinkSource trigger={trigger} onChange={onChange} />}
      <Field name="urlContains" label="Link contains" hint="Empty: any link.">
        {(control) => (
          <TextOnLeave
            control={control}
            value={trigger.urlContains}
            placeholder="/pricing"
            maxLength={200}
            onLeave={(urlContains) => onChange({ ...trigger, urlContains })}
          />
        )}
      </Field>
    </div>
  );
}

function LinkSource({ trigger, onChange }: Props<Of<"link_clicked">>) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.campaigns.linkSources.queryOptions());
  return (
    <Field name="campaignId" label="In the mail of">
      {(control) => (
        <NameSelect
          {...control}
          kind="link_source"
          held={data?.map(({ id, name }) => ({ value: id, label: name }))}
          none="Any other campaign"
          value={trigger.campaignId}
          onChange={(campaignId) => onChange({ ...trigger, campaignId })}
        />
      )}
    </Field>
  );
}

type TextProps = {
  control: ControlProps;
  value: string;
  onLeave: (value: string) => void;
  placeholder?: string;
  list?: string;
  onInput?: (event: FormEvent<HTMLInputElement>) => void;
  maxLength: number;
};

export function TextOnLeave({ control, value, onLeave, ...rest }: TextProps) {
  return (
    <Input
      {...control}
      {...rest}
      key={value}
      defaultValue={value}
      autoComplete="off"
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      onBlur={(event) => event.target.value.trim() !== value && onLeave(event.target.value.trim())}
    />
  );
}
