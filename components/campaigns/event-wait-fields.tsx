"use client";
import { Field } from "#components/ui/field";
import { RadioCards } from "#components/ui/radio-cards";
import { Select } from "#components/ui/select";
import { type EventWait, waitEvents } from "#server/campaigns/schema";
import { DurationFields } from "./duration-fields.tsx";
import { FieldWait } from "./field-wait.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Props = { rule: EventWait; onChange: (rule: EventWait) => void; campaign: Campaign; step: Step };

const words: Record<EventWait["event"], string> = {
  email_opened: "They open an email",
  email_clicked: "They click a link",
  email_replied: "They reply to an email",
  custom_event: "A custom event",
  field_value: "A field has a value",
};

/** What is waited for, how long at most, and where those go on whose time is up. */
export function EventWaitFields({ rule, onChange, campaign, step }: Props) {
  const emails = campaign.steps.filter((each) => each.type === "email" && each.number < step.number);
  return (
    <>
      <Field name="event" label="Until" className="w-52">
        {(control) => (
          <Select
            {...control}
            value={rule.event}
            onChange={({ target }) => onChange({ ...rule, event: target.value as EventWait["event"] })}
          >
            {waitEvents.map((event) => (
              <option key={event} value={event}>
                {words[event]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {rule.event === "custom_event" ? (
        <Field
          name="name"
          label="Name of the event"
          className="w-60"
          placeholder="order.placed"
          autoComplete="off"
          maxLength={100}
          defaultValue={rule.name}
          error={rule.name.trim() ? undefined : "Enter the name that your system sends."}
          onChange={({ target }) => onChange({ ...rule, name: target.value })}
        />
      ) : rule.event === "field_value" ? (
        <FieldWait rule={rule} onChange={onChange} />
      ) : (
        <Field name="stepId" label="Which email" className="w-60">
          {(control) => (
            <Select
              {...control}
              value={rule.stepId ?? ""}
              onChange={({ target }) => onChange({ ...rule, stepId: target.value || null })}
            >
              <option value="">The previous email</option>
              {emails.map((email) => (
                <option key={email.id} value={email.id}>
                  {email.number}. {email.headline}
                </option>
              ))}
              {rule.stepId && !emails.some((email) => email.id === rule.stepId) && (
                <option value={rule.stepId}>An email that is gone</option>
              )}
            </Select>
          )}
        </Field>
      )}
      {rule.event === "email_clicked" && (
        <Field
          name="urlContains"
          label="The address contains"
          aside="Optional"
          className="w-60"
          placeholder="Any link"
          autoComplete="off"
          maxLength={500}
          defaultValue={rule.urlContains}
          onChange={({ target }) => onChange({ ...rule, urlContains: target.value })}
        />
      )}
      <DurationFields
        label="At most"
        rule={rule.timeout}
        onChange={(timeout) => onChange({ ...rule, timeout })}
      />
      <RadioCards
        name="onTimeout"
        legend="When the time is up"
        value={rule.onTimeout}
        onChange={(onTimeout) => onChange({ ...rule, onTimeout: onTimeout as EventWait["onTimeout"] })}
        className="basis-full"
        options={[
          { value: "branch", label: "Go a way of their own", hint: "A second branch below this wait." },
          { value: "continue", label: "Go on like the others", hint: "With the next step." },
        ]}
      />
    </>
  );
}
