"use client";
import { useState } from "react";
import { NameSelect } from "#components/segments/name-select";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { goal as goalShape, type Goal, goalActions } from "#server/goals/schema";
import { TextOnLeave, TriggerFields, type Choice } from "../campaigns/trigger-fields.tsx";
import { goalActionLabels } from "./goal-words.tsx";

type Props = {
  goal: Goal;
  choices: Choice[];
  targets: { id: string; name: string }[];
  onChange: (goal: Goal) => void;
};

/** What one goal asks for. Choices are saved at once, text when it is left. */
export function GoalFields({ goal, choices, targets, onChange }: Props) {
  const [wrongDays, setWrongDays] = useState<string | null>(null);
  const { event } = goal;
  function leaveDays(text: string) {
    const read = goalShape.shape.attributionDays.safeParse(text);
    setWrongDays(read.success ? null : (read.error.issues[0]?.message ?? null));
    if (read.success) onChange({ ...goal, attributionDays: read.data });
  }
  return (
    <div className="space-y-3">
      <Field name="goalName" label="Name of the goal" hint="It heads the numbers.">
        {(control) => (
          <TextOnLeave
            control={control}
            value={goal.name}
            placeholder="Bought something"
            maxLength={80}
            onLeave={(name) => onChange({ ...goal, name })}
          />
        )}
      </Field>
      {event.type !== "replied" && (
        <TriggerFields
          trigger={event}
          choices={choices}
          ownLinks
          onChange={(next) => next.type !== "manual" && onChange({ ...goal, event: next })}
        />
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        <Field name="action" label="Who reaches it">
          {(control) => (
            <Select
              {...control}
              value={goal.action}
              onChange={({ target }) => {
                const action = goalActions.find((each) => each === target.value);
                if (action) onChange({ ...goal, action });
              }}
            >
              {goalActions.map((each) => (
                <option key={each} value={each}>
                  {goalActionLabels[each]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          name="attributionDays"
          label="A mail counts for"
          aside="Days"
          error={wrongDays}
          hint="Reached later, it is counted without a mail."
        >
          {(control) => (
            <TextOnLeave
              control={control}
              value={String(goal.attributionDays)}
              maxLength={3}
              onLeave={leaveDays}
            />
          )}
        </Field>
        {goal.action === "move" && (
          <Field name="targetId" label="To the campaign" hint="Its own rules say who may come in.">
            {(control) => (
              <NameSelect
                {...control}
                kind="link_source"
                held={targets.map(({ id, name }) => ({ value: id, label: name }))}
                none="Choose a campaign…"
                value={goal.targetId}
                onChange={(targetId) => onChange({ ...goal, targetId })}
              />
            )}
          </Field>
        )}
      </div>
    </div>
  );
}
