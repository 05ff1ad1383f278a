"use client";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTRPC } from "#components/trpc/client";
import { Field, type ControlProps } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import { settableFields } from "#server/campaigns/schema";
import type { RouterOutputs } from "#server/router";
import type { Trigger } from "#server/triggers/schema";

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
        <Select
          {...control}
          value={trigger.segmentId}
          onChange={(event) => onChange({ ...trigger, segmentId: event.target.value })}
        >
          <option value="">Choose one…</option>
          {(["list", "segment"] as const).map((kind) => (
            <optgroup key={kind} label={kind === "list" ? "Lists" : "Segments"}>
              {choices
                .filter((choice) => choice.kind === kind)
                .map((choice) => (
                  <option key={choice.id} value={choice.id}>
                    {choice.name}
                  </option>
                ))}
            </optgroup>
          ))}
        </Select>
      )}
    </Field>
  );
}

function TagField({ trigger, onChange }: Props<Of<"tag_added">>) {
  const trpc = useTRPC();
  const { data: tags = [] } = useQuery(trpc.tags.list.queryOptions());
  const known = useId();
  return (
    <Field name="tag" label="Tag">
      {(control) => (
        <>
          <TextOnLeave
            control={control}
            value={trigger.tag}
            list={known}
            maxLength={60}
            onLeave={(tag) => onChange({ ...trigger, tag })}
          />
          <datalist id={known}>
            {tags.map((tag) => (
              <option key={tag.id} value={tag.name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function FieldFields({ trigger, onChange }: Props<Of<"field_changed">>) {
  const trpc = useTRPC();
  const { data: custom = [] } = useQuery(trpc.customFields.list.queryOptions());
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field name="field" label="Field">
        {(control) => (
          <Select
            {...control}
            value={trigger.field}
            onChange={(event) => onChange({ ...trigger, field: event.target.value })}
          >
            <option value="">Choose a field…</option>
            {settableFields.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
            {custom.map(({ name, label }) => (
              <option key={name} value={`custom.${name}`}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
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
        <Select
          {...control}
          value={trigger.campaignId}
          onChange={(event) => onChange({ ...trigger, campaignId: event.target.value })}
        >
          <option value="">Any other campaign</option>
          {data?.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
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
