"use client";
import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import type { RouterOutputs } from "#server/router";
import { daysText, forWhom, RemoveBlackout } from "./blackout-list.tsx";
import { RemoveButton, useRemoved } from "./remove-button.tsx";

type Calendar = RouterOutputs["holidayCalendars"]["list"][number];

/** The calendars whose holidays nothing is sent on, each with its days to come. */
export function HolidayList({ calendars, editable }: { calendars: Calendar[]; editable: boolean }) {
  if (calendars.length === 0) return null;
  return (
    <ul aria-label="Public holidays" className="mb-3 divide-y rounded-lg border bg-surface">
      {calendars.map((calendar) => (
        <li key={calendar.id} className="px-4 py-3">
          <div className="flex items-center gap-3">
            <div className="min-w-0 flex-1">
              <p className="font-medium">Holidays: {calendar.name}</p>
              <p className="text-muted">
                {[nextOf(calendar), forWhom(calendar.campaigns)].filter(Boolean).join(" · ")}
              </p>
            </div>
            {editable && <RemoveCalendar calendar={calendar} />}
          </div>
          {calendar.days.length > 0 && (
            <details className="mt-2">
              <summary className="cursor-pointer text-muted">{calendar.days.length} days to come</summary>
              <ul className="mt-2 divide-y">
                {calendar.days.map((day) => (
                  <li key={day.id} className="flex items-center gap-3 py-1">
                    <span className="min-w-0 flex-1 truncate">{day.name}</span>
                    <span className="text-muted">{daysText(day)}</span>
                    {editable && (
                      <RemoveBlackout blackout={{ ...day, name: `${day.name}, ${daysText(day)}` }} />
                    )}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

const nextOf = ({ days: [next] }: Calendar) =>
  next ? `Next: ${next.name}, ${daysText(next)}` : "No days to come";

function RemoveCalendar({ calendar }: { calendar: Calendar }) {
  const trpc = useTRPC();
  const removed = useRemoved("Removed, with all of its days.");
  const remove = useMutation(trpc.holidayCalendars.remove.mutationOptions(removed));
  return (
    <RemoveButton
      label={`Remove the holidays of ${calendar.name}`}
      pending={remove.isPending}
      onClick={() => remove.mutate({ id: calendar.id })}
    />
  );
}
