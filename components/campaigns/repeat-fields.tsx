"use client";
import { useQuery } from "@tanstack/react-query";
import type { Problem } from "#components/trpc/client";
import { useTRPC } from "#components/trpc/client";
import { DateTime } from "#components/ui/date-time";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { localTime, weekdays } from "#server/campaigns/schema";
import { repeat as repeatShape, type Repeat, type RepeatUnit } from "#server/occurrences/schema";
import { WeekdayChoice } from "./weekday-choice.tsx";

type Props = {
  campaignId: string;
  /** On the wall clock of the campaign's zone: `2026-11-24T09:00`; empty while there is none. */
  at: string;
  value: Repeat | null;
  problem: Problem | null;
  onChange: (value: Repeat | null) => void;
};

const unitNames: Record<RepeatUnit, string> = { day: "days", week: "weeks", month: "months" };

/** Whether a campaign is launched again, how often, and until when, with the dates that come of it. */
export function RepeatFields({ campaignId, at, value, problem, onChange }: Props) {
  const errorOf = (name: string) => problem?.fields[`repeat.${name}`];
  return (
    <div className="mt-4 space-y-4">
      <Field name="repeat" label="Repeat" error={problem?.fields.repeat}>
        {(control) => (
          <Select
            {...control}
            value={value?.every ?? ""}
            onChange={({ target }) => onChange(begun(target.value, at, value))}
          >
            <option value="">Does not repeat</option>
            <option value="day">Daily</option>
            <option value="week">Weekly</option>
            <option value="month">Monthly</option>
          </Select>
        )}
      </Field>
      {value && (
        <>
          <div className="grid grid-cols-2 gap-3">
            <Field
              name="interval"
              type="number"
              label="Every"
              aside={unitNames[value.every]}
              min={1}
              max={99}
              value={shown(value.interval)}
              error={errorOf("interval")}
              onChange={({ target }) => onChange({ ...value, interval: target.valueAsNumber })}
            />
            {value.every === "month" && (
              <Field
                name="monthDay"
                type="number"
                label="On day"
                min={1}
                max={31}
                value={shown(value.monthDay)}
                error={errorOf("monthDay")}
                hint={value.monthDay > 28 ? "The last day of a shorter month." : null}
                onChange={({ target }) => onChange({ ...value, monthDay: target.valueAsNumber })}
              />
            )}
          </div>
          {value.every === "week" && (
            <WeekdayChoice
              legend="On"
              chosen={value.weekdays}
              error={errorOf("weekdays")}
              onChange={(chosen) => onChange({ ...value, weekdays: chosen })}
            />
          )}
          <EndFields value={value} errorOf={errorOf} onChange={onChange} />
          <NextDates campaignId={campaignId} at={at} value={value} />
        </>
      )}
    </div>
  );
}

/** An empty number field is empty, not NaN. */
const shown = (value: number) => (Number.isNaN(value) ? "" : value);

/** What somebody begins with who chooses a rhythm: the day of the first launch. */
function begun(every: string, at: string, before: Repeat | null): Repeat | null {
  const interval = 1;
  const ends = before?.ends ?? ({ kind: "never" } as const);
  const day = localTime.safeParse(at).success ? new Date(`${at}Z`) : null;
  if (every === "day") return { every, interval, ends };
  if (every === "week") {
    const weekday = day && weekdays[(day.getUTCDay() + 6) % 7];
    return { every, interval, ends, weekdays: weekday ? [weekday] : [] };
  }
  if (every === "month") return { every, interval, ends, monthDay: day?.getUTCDate() ?? 1 };
  return null;
}

type EndProps = {
  value: Repeat;
  errorOf: (name: string) => string | undefined;
  onChange: (value: Repeat) => void;
};

function EndFields({ value, errorOf, onChange }: EndProps) {
  const { ends } = value;
  const end = (next: Repeat["ends"]) => onChange({ ...value, ends: next });
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field name="ends" label="Ends">
        {(control) => (
          <Select
            {...control}
            value={ends.kind}
            onChange={({ target }) => {
              if (target.value === "on") end({ kind: "on", date: "" });
              else if (target.value === "after") end({ kind: "after", times: 10 });
              else end({ kind: "never" });
            }}
          >
            <option value="never">Never</option>
            <option value="on">On a date</option>
            <option value="after">After N times</option>
          </Select>
        )}
      </Field>
      {ends.kind === "on" && (
        <Field
          name="endDate"
          type="date"
          label="Last day"
          value={ends.date}
          error={errorOf("ends.date")}
          onChange={({ target }) => end({ kind: "on", date: target.value })}
        />
      )}
      {ends.kind === "after" && (
        <Field
          name="times"
          type="number"
          label="Times"
          min={1}
          max={999}
          value={shown(ends.times)}
          error={errorOf("ends.times")}
          onChange={({ target }) => end({ kind: "after", times: target.valueAsNumber })}
        />
      )}
    </div>
  );
}

function NextDates({ campaignId, at, value }: { campaignId: string; at: string; value: Repeat }) {
  const trpc = useTRPC();
  const repeat = repeatShape.safeParse(value).data;
  const time = localTime.safeParse(at).data;
  const { data, isError } = useQuery(
    trpc.occurrences.preview.queryOptions(
      {
        id: campaignId,
        at: time ?? "",
        repeat: repeat ?? { every: "day", interval: 1, ends: { kind: "never" } },
      },
      { enabled: repeat !== undefined && time !== undefined, placeholderData: (before) => before },
    ),
  );
  return (
    <div aria-live="polite" className="min-h-28 rounded-lg bg-sunken px-3.5 py-3">
      <p className="mb-1 text-xs font-medium text-muted">It will be launched on</p>
      {repeat && time && data ? (
        data.dates.length === 0 ? (
          <p>No day: it ends before its first time.</p>
        ) : (
          <ol>
            {data.dates.map((date) => (
              <li key={date.toISOString()}>
                <DateTime at={date} timeZone={data.timezone} />
              </li>
            ))}
            <li className="text-muted">{data.more ? "and so on" : "and no more."}</li>
          </ol>
        )
      ) : (
        <p className="text-muted">
          {isError
            ? "The dates could not be loaded."
            : repeat && time
              ? "…"
              : "Fill in the fields above to see the dates."}
        </p>
      )}
    </div>
  );
}
