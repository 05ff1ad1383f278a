"use client";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { type Action, timesBackMax } from "#server/campaigns/schema";
import { stepsBefore } from "./link-targets.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Of<Type extends Action["type"]> = Extract<Action, { type: Type }>;
type Props<Type extends Action["type"]> = { action: Of<Type>; onChange: (action: Action) => void };

/** Whole numbers within bounds, and what to say of others. */
const within = (value: number, min: number, max: number, words: string) =>
  Number.isInteger(value) && value >= min && value <= max ? undefined : words;

export function ScoreFields({ action, onChange }: Props<"adjust_score">) {
  return (
    <Field
      name="points"
      type="number"
      label="Points"
      className="w-40"
      min={-100}
      max={100}
      defaultValue={action.points}
      error={
        within(action.points, -100, 100, "Enter a whole number from -100 to 100.")
        ?? (action.points === 0 ? "Enter more or less than 0." : undefined)
      }
      hint="Added for good, beside what the scoring rules give; a number below 0 takes off."
      onChange={({ target }) => onChange({ ...action, points: target.valueAsNumber })}
    />
  );
}

export function SnoozeFields({ action, onChange }: Props<"snooze">) {
  return (
    <Field
      name="days"
      type="number"
      label="For how many days"
      className="w-64"
      min={1}
      max={365}
      defaultValue={action.days}
      error={within(action.days, 1, 365, "Enter a whole number from 1 to 365.")}
      hint="No campaign of this workspace writes to them until then. Waits, conditions and actions go on."
      onChange={({ target }) => onChange({ ...action, days: target.valueAsNumber })}
    />
  );
}

type BackProps = Props<"go_to_step"> & { step: Step; campaign: Campaign };

export function BackFields({ action, onChange, step, campaign }: BackProps) {
  const before = stepsBefore(campaign.steps, step.id);
  const known = before.some(({ id }) => id === action.stepId);
  return (
    <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_10rem]">
      <Field
        name="stepId"
        label="Go back to"
        hint={
          before.length === 0
            ? "No step leads here yet: this action belongs behind those that it repeats."
            : "With a wait between the two, or everything would happen again at once."
        }
      >
        {(control) => (
          <Select
            {...control}
            value={action.stepId}
            onChange={({ target }) => onChange({ ...action, stepId: target.value })}
          >
            <option value="">Choose a step…</option>
            {before.map(({ id, number, title }) => (
              <option key={id} value={id}>
                {number}. {title}
              </option>
            ))}
            {action.stepId !== "" && !known && <option value={action.stepId}>A step that is gone</option>}
          </Select>
        )}
      </Field>
      <Field
        name="timesMax"
        type="number"
        label="How often"
        min={1}
        max={timesBackMax}
        defaultValue={action.timesMax}
        error={within(action.timesMax, 1, timesBackMax, `From 1 to ${timesBackMax} times.`)}
        hint="Then they go on with the next step."
        onChange={({ target }) => onChange({ ...action, timesMax: target.valueAsNumber })}
      />
    </div>
  );
}
