"use client";
import { Field } from "#components/ui/field";
import { Section } from "#components/ui/section";
import { Switch } from "#components/ui/switch";
import type { Saved } from "./scoring-editor.tsx";

export type Numbers = Record<"nurture" | "mql" | "sql" | "decayRate" | "decayIntervalDays", number>;
type Props = { saved: Saved; fields: Partial<Record<string, string>> };

/** Whether there is a score, where its tiers begin, and how it fades. */
export function ScoringNumbers({ saved, fields }: Props) {
  const { tiers } = saved.scoring;
  const start = (name: "nurture" | "mql" | "sql", label: string) => (
    <Field
      name={name}
      label={label}
      type="number"
      min={1}
      max={100}
      defaultValue={tiers[name]}
      error={fields[`scoring.tiers.${name}`]}
    />
  );
  return (
    <Section title="Tiers and time">
      <div className="space-y-5">
        <Switch
          name="isActive"
          defaultChecked={saved.isActive || !saved.updatedAt}
          label="Score contacts"
          hint="Every day, and when the rules change. Switched off, the scores stay as they are."
        />
        <div>
          <div className="grid grid-cols-3 items-end gap-4">
            {start("nurture", "Nurture from")}
            {start("mql", "Marketing from")}
            {start("sql", "Sales from")}
          </div>
          <p className="mt-1.5 text-xs text-muted">
            Below the first, a contact is cold. A tier is left three points below where it begins, so that a
            score that wavers does not go to and fro.
          </p>
        </div>
        <Switch
          name="decayEnabled"
          defaultChecked={saved.decayEnabled}
          label="Engagement fades"
          hint="With every interval in which nothing happened, part of it goes."
        />
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
          <Field
            name="decayRate"
            label="Percent that go"
            type="number"
            min={1}
            max={100}
            defaultValue={saved.decayRate}
            error={fields.decayRate}
          />
          <Field
            name="decayIntervalDays"
            label="Every so many days"
            type="number"
            min={1}
            max={365}
            defaultValue={saved.decayIntervalDays}
            error={fields.decayIntervalDays}
          />
        </div>
      </div>
    </Section>
  );
}
