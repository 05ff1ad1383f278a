"use client";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { type EventWait, isEventWait, type StepContent, type WaitRule } from "#server/campaigns/schema";
import { DurationFields } from "./duration-fields.tsx";
import { EventWaitFields } from "./event-wait-fields.tsx";
import type { EditorProps } from "./step-editor.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";
import { WeekdayChoice } from "./weekday-choice.tsx";

type Content = Extract<StepContent, { type: "wait" }>;
type Kind = "duration" | "time" | "weekday" | "date" | "event";
type Props = EditorProps<Content> & { campaign: Campaign; step: Step };

const kinds: [Kind, string][] = [
  ["duration", "For a while"],
  ["time", "Until a time of day"],
  ["weekday", "Until a weekday"],
  ["date", "Until a date"],
  ["event", "Until something happens"],
];
const kindOf = (rule: WaitRule): Kind => ("until" in rule ? rule.until : "duration");

const blank: Record<Kind, WaitRule> = {
  duration: { value: 1, unit: "days" },
  time: { until: "time", time: "09:00" },
  weekday: { until: "weekday", weekdays: ["mon"], time: "09:00" },
  date: { until: "date", at: "" },
  event: {
    until: "event",
    event: "email_opened",
    stepId: null,
    urlContains: "",
    name: "",
    field: "",
    value: "",
    timeout: { value: 3, unit: "days" },
    onTimeout: "branch",
  },
};

const notesOf = (zone: string): Record<Kind, string> => ({
  duration:
    "Counted from when the email before it was really sent. Days and weeks keep the time of day; business days are Monday to Friday.",
  time: `The next time the clock shows it: today, when it is still to come. ${zone}`,
  weekday: `The next of these days on which the time is still to come. ${zone}`,
  date: `Who comes here later goes on at once. ${zone}`,
  event:
    "Who has done it already, or has the value, goes on at once, except for a custom event, which counts from when they come here. Opens and clicks count a minute after they happen, once scanners have shown themselves.",
});

/** Whose clock the waits until a time go by, which is the campaign's choice. */
const clockWords = ({ timezoneMode, timezone }: Campaign["settings"]) =>
  timezoneMode === "campaign"
    ? `On the clock of ${timezone}.`
    : "On each recipient’s own clock, as the campaign’s settings say.";

/** What cannot be saved yet stays in the box with a sentence below it. */
export function WaitEditor({ content, onChange, disabled, campaign, step }: Props) {
  const kind = kindOf(content.wait);
  const set = (wait: WaitRule) => onChange({ ...content, wait });
  return (
    <fieldset disabled={disabled} className="flex flex-wrap items-start gap-3">
      <Field name="kind" label="Wait" className="w-56">
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
      {isEventWait(content.wait) ? (
        <EventWaitFields rule={content.wait} onChange={set} campaign={campaign} step={step} />
      ) : (
        <RuleFields key={kind} rule={content.wait} onChange={set} />
      )}
      <p className="basis-full text-xs text-muted">
        {notesOf(clockWords(campaign.settings))[kind]} The next email still keeps to the send window.
      </p>
    </fieldset>
  );
}

type RuleProps = { rule: Exclude<WaitRule, EventWait>; onChange: (rule: WaitRule) => void };

function RuleFields({ rule, onChange }: RuleProps) {
  if (!("until" in rule)) return <DurationFields label="How long" rule={rule} onChange={onChange} />;
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
