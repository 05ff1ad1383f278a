"use client";
import { useState } from "react";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { type ScoredEvent, scoredEvents, type ScoreRule } from "#server/scoring/schema";
import { eventLabels } from "./rule-words.tsx";

type EventRule = Extract<ScoreRule, { kind: "event" }>;

/** What happens, and how often it counts. */
export function EventFields({ rule }: { rule?: EventRule }) {
  const [event, setEvent] = useState<ScoredEvent>(rule?.event ?? "opened");
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field name="event" label="When a contact">
        {(control) => (
          <Select
            {...control}
            value={event}
            onChange={({ target }) =>
              setEvent(scoredEvents.find((each) => each === target.value) ?? "opened")
            }
          >
            {scoredEvents.map((each) => (
              <option key={each} value={each}>
                {eventLabels[each]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {event === "clicked" && (
        <Field
          name="urlContains"
          label="The address contains"
          hint="Several parts with commas between them; any of them will do."
          placeholder="Any address"
          defaultValue={rule?.urlContains?.join(", ")}
          autoComplete="off"
        />
      )}
      {event === "noted" && (
        <Field
          name="type"
          label="Name of the event"
          placeholder="demo.requested"
          defaultValue={rule?.type}
          autoComplete="off"
        />
      )}
      <Field
        name="perDayMax"
        label="Counts a day at most"
        aside="Optional"
        type="number"
        min={1}
        max={100}
        defaultValue={rule?.perDayMax}
      />
      {event === "clicked" && (
        <>
          <Field
            name="factor"
            label="Again, it counts so many times"
            aside="Optional"
            type="number"
            step={0.1}
            min={1}
            max={10}
            defaultValue={rule?.repeat?.factor}
          />
          <Field
            name="repeatDays"
            label="Again means within so many days"
            type="number"
            min={1}
            max={365}
            defaultValue={rule?.repeat?.days ?? 30}
          />
        </>
      )}
    </div>
  );
}

const given = (form: FormData, name: string) => {
  const value = form.get(name);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
};

/** The fields above as a rule holds them; what was left empty is left out. */
export function readEvent(form: FormData): Record<string, unknown> {
  const [url, type, perDay, factor] = ["urlContains", "type", "perDayMax", "factor"].map((name) =>
    given(form, name),
  );
  const parts = url?.split(",").flatMap((part) => part.trim() || []);
  return {
    event: form.get("event"),
    ...(type && { type }),
    ...(parts && { urlContains: parts }),
    ...(perDay && { perDayMax: Number(perDay) }),
    ...(factor && { repeat: { factor: Number(factor), days: Number(given(form, "repeatDays") ?? 30) } }),
  };
}
