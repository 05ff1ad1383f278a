import type { ReactNode } from "react";
import { weekdays, type Weekday } from "#server/campaigns/schema";

const names: Record<Weekday, string> = {
  mon: "Mon",
  tue: "Tue",
  wed: "Wed",
  thu: "Thu",
  fri: "Fri",
  sat: "Sat",
  sun: "Sun",
};

type Props = {
  legend: string;
  chosen: readonly Weekday[];
  error?: ReactNode;
  /** Gets the chosen days in the order of the week. */
  onChange: (chosen: Weekday[]) => void;
};

/** Days of the week, each on or off. */
export function WeekdayChoice({ legend, chosen, error, onChange }: Props) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-1.5">
        {weekdays.map((day) => (
          <label
            key={day}
            className="flex h-8 cursor-pointer items-center rounded-md border border-line-strong bg-surface px-3 has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring max-sm:h-10"
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={chosen.includes(day)}
              onChange={({ target }) =>
                onChange(weekdays.filter((each) => (each === day ? target.checked : chosen.includes(each))))
              }
            />
            {names[day]}
          </label>
        ))}
      </div>
      {error && <p className="mt-1.5 text-xs text-danger">{error}</p>}
    </fieldset>
  );
}
