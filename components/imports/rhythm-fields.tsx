"use client";
import { useState } from "react";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import { cronOf, type Rhythm, rhythmOf, weekdays } from "./cron-words.tsx";

type Props = { cron: string; problem?: string | undefined; onChange: (cron: string) => void };

const labels: Record<Rhythm["every"], string> = {
  hour: "Every hour",
  day: "Every day",
  weekday: "Monday to Friday",
  week: "Every week",
  month: "Every month",
  custom: "Something else (cron)",
};

/** How often and when. What it comes to is a cron expression. */
export function RhythmFields({ cron, problem, onChange }: Props) {
  const [own, setOwn] = useState(() => rhythmOf(cron).every === "custom");
  const rhythm: Rhythm = own ? { every: "custom", cron } : rhythmOf(cron);
  const time = "hour" in rhythm ? rhythm : { hour: 6, minute: 0 };
  const set = (next: Rhythm) => onChange(cronOf(next));
  function choose(every: string) {
    const { hour, minute } = time;
    setOwn(every === "custom");
    if (every === "hour") set({ every, minute: 0 });
    else if (every === "day" || every === "weekday") set({ every, hour, minute });
    else if (every === "week") set({ every, weekday: 1, hour, minute });
    else if (every === "month") set({ every, day: 1, hour, minute });
  }
  return (
    <>
      <Field name="every" label="How often">
        {(control) => (
          <Select {...control} value={rhythm.every} onChange={(event) => choose(event.target.value)}>
            {(["hour", "day", "weekday", "week", "month", "custom"] as const).map((every) => (
              <option key={every} value={every}>
                {labels[every]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {rhythm.every === "week" && (
        <Field name="weekday" label="On">
          {(control) => (
            <Select
              {...control}
              value={rhythm.weekday}
              onChange={(event) => set({ ...rhythm, weekday: Number(event.target.value) })}
            >
              {weekdays.map((name, day) => (
                <option key={name} value={day}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {rhythm.every === "month" && (
        <Field
          name="day"
          label="On day"
          type="number"
          min={1}
          max={31}
          value={rhythm.day}
          onChange={(event) =>
            set({ ...rhythm, day: Math.min(31, Math.max(1, event.target.valueAsNumber || 1)) })
          }
        />
      )}
      {"hour" in rhythm && (
        <Field name="time" label="At">
          {(control) => (
            <Input
              {...control}
              type="time"
              value={`${String(rhythm.hour).padStart(2, "0")}:${String(rhythm.minute).padStart(2, "0")}`}
              onChange={(event) => {
                const [hour, minute] = event.target.value.split(":").map(Number);
                if (hour !== undefined && minute !== undefined) set({ ...rhythm, hour, minute });
              }}
            />
          )}
        </Field>
      )}
      {rhythm.every === "custom" && (
        <Field
          name="cron"
          label="Cron expression"
          value={cron}
          error={problem}
          autoComplete="off"
          hint="Minute, hour, day of the month, month, day of the week: 0 6 * * 1 is Mondays at six."
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </>
  );
}
