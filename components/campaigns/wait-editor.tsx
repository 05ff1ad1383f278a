"use client";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { waitUnits, type StepContent, type WaitRule } from "#server/campaigns/schema";
import type { EditorProps } from "./step-editor.tsx";
import { WeekdayChoice } from "./weekday-choice.tsx";

type Content = Extract<StepContent, { type: "wait" }>;
type Kind = "duration" | "time" | "weekday" | "date";

const kinds: [Kind, string][] = [
  ["duration", "For a while"],
  ["time", "Until a time of day"],
  ["weekday", "Until a weekday"],
  ["date", "Until a date"],
];
const kindOf = (rule: WaitRule): Kind => ("until" in rule ? rule.until : "duration");

const blank: Record<Kind, WaitRule> = {
  duration: { value: 1, unit: "days" },
  time: { until: "time", time: "09:00" },
  weekday: { until: "weekday", weekdays: ["mon"], time: "09:00" },
  date: { until: "date", at: "" },
};

const notes: Record<Kind, string> = {
  duration:
    "Counted from when the email before it was really sent. Days and weeks keep the time of day; business days are Monday to Friday.",
  time: "The next time the clock of the campaign’s zone shows it: today, when it is still to come.",
  weekday: "The next of these days on which the time is still to come, in the campaign’s zone.",
  date: "In the campaign’s zone. Who comes here later goes on at once.",
};

/** What cannot be saved yet stays in the box with a sentence below it. */
export function WaitEditor({ content, onChange, disabled }: EditorProps<Content>) {
  const kind = kindOf(content.wait);
  const set = (wait: WaitRule) => onChange({ ...content, wait });
  return (
    <fieldset disabled={disabled} className="flex flex-wrap items-start gap-3">
      <Field name="kind" label="Wait" className="w-48">
        {(control) => (
          <Select {...control} value={kind} onChange={({ target }) => set(blank[target.value as Kind])}>
            {kinds.map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <RuleFields key={kind} rule={content.wait} onChange={set} />
      <p className="basis-full text-xs text-muted">
        {notes[kind]} The next email still keeps to the send window.
      </p>
    </fieldset>
  );
}

type RuleProps = { rule: WaitRule; onChange: (rule: WaitRule) => void };

function RuleFields({ rule, onChange }: RuleProps) {
  if (!("until" in rule)) return <DurationFields rule={rule} onChange={onChange} />;
  if (rule.until === "date") {
    return (
      <Field
        name="at"
        type="datetime-local"
        label="Until"
        className="w-56"
        defaultValue={rule.at}
        error={rule.at ? undefined : "Choose a date and a time."}
        onChange={({ target }) => onChange({ until: "date", at: target.value.slice(0, 16) })}
      />
    );
  }
  return (
    <>
      {rule.until === "weekday" && (
        <WeekdayChoice
          legend="On"
          chosen={rule.weekdays}
          error={rule.weekdays.length === 0 ? "Choose at least one day." : undefined}
          onChange={(weekdays) => onChange({ ...rule, weekdays })}
        />
      )}
      <Field
        name="time"
        type="time"
        label="At"
        className="w-40"
        defaultValue={rule.time}
        onChange={({ target }) => {
          if (target.value) onChange({ ...rule, time: target.value });
        }}
      />
    </>
  );
}

type Duration = Exclude<WaitRule, { until: string }>;

function DurationFields({ rule, onChange }: { rule: Duration; onChange: (rule: Duration) => void }) {
  const { value, unit } = rule;
  const wrong = !Number.isInteger(value) || value < 1 || value > 10_000;
  return (
    <>
      <Field
        name="value"
        type="number"
        label="How long"
        className="w-32"
        min={1}
        max={10_000}
        step={1}
        defaultValue={value}
        error={wrong ? "Enter a whole number from 1 to 10,000." : undefined}
        onChange={({ target }) => onChange({ value: target.valueAsNumber, unit })}
      />
      <Field name="unit" label="Unit" className="w-40">
        {(control) => (
          <Select
            {...control}
            value={unit}
            onChange={({ target }) => onChange({ value, unit: target.value as Duration["unit"] })}
          >
            {waitUnits.map((each) => (
              <option key={each} value={each}>
                {each.replace("_", " ")}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </>
  );
}
