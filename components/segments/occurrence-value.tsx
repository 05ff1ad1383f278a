"use client";
import { useId } from "react";
import { Input } from "#components/ui/input";
import type { Occurrence } from "#server/segments/schema";

type Props = { value: Occurrence; onChange: (value: Occurrence) => void };

/** Which custom event, and how long ago at most. */
export function OccurrenceValue({ value, onChange }: Props) {
  const daysId = useId();
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
      <span className="flex items-center gap-2">
        <label htmlFor={daysId} className="whitespace-nowrap text-muted">
          in the last
        </label>
        <Input
          id={daysId}
          type="number"
          min={1}
          max={3650}
          placeholder="any"
          className="w-20"
          value={value.days ?? ""}
          onChange={({ target }) =>
            onChange(target.value === "" ? rest : { ...rest, days: Number(target.value) })
          }
        />
        <span className="text-muted">days</span>
      </span>
    </div>
  );
}
