"use client";
import { Input } from "#components/ui/input";
import type { Occurrence } from "#server/segments/schema";
import { WithinDays } from "./within-days.tsx";

type Props = { value: Occurrence; onChange: (value: Occurrence) => void };

/** Which custom event, and how long ago at most. */
export function OccurrenceValue({ value, onChange }: Props) {
  const { days: _, ...rest } = value;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Input
        aria-label="Name of the event"
        placeholder="order.placed"
        autoComplete="off"
        className="min-w-36 flex-1"
        value={value.event}
        onChange={({ target }) => onChange({ ...value, event: target.value })}
      />
      <WithinDays
        days={value.days}
        onChange={(days) => onChange(days === undefined ? rest : { ...rest, days })}
      />
    </div>
  );
}
