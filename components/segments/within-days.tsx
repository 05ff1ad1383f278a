"use client";
import { useId } from "react";
import { Input } from "#components/ui/input";

type Props = {
  /** Undefined: ever. */ days: number | undefined;
  onChange: (days: number | undefined) => void;
};

/** How long ago something happened at most. */
export function WithinDays({ days, onChange }: Props) {
  const id = useId();
  return (
    <span className="flex items-center gap-2">
      <label htmlFor={id} className="whitespace-nowrap text-muted">
        in the last
      </label>
      <Input
        id={id}
        type="number"
        min={1}
        max={3650}
        step={1}
        placeholder="any"
        className="w-20"
        value={days ?? ""}
        onChange={({ target }) => onChange(target.value === "" ? undefined : Number(target.value))}
      />
      <span className="text-muted">days</span>
    </span>
  );
}
