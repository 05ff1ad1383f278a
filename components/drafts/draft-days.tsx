"use client";
import { ChartNoAxesColumn } from "lucide-react";
import { Button } from "#components/ui/button";
import { Popover, PopoverContent, PopoverTrigger } from "#components/ui/popover";
import type { RouterOutputs } from "#server/router";

const dayWords = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** What was written, approved and sent day by day, in the workspace's zone. */
export function DraftDays({ days }: { days: RouterOutputs["drafts"]["days"] }) {
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button variant="ghost">
          <ChartNoAxesColumn /> By day
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-80 p-3">
        {days.length === 0 && <p className="text-muted">No email was drafted or sent yet.</p>}
        {days.length > 0 && (
          <table className="w-full text-right tabular-nums">
            <caption className="sr-only">Drafts and emails by day</caption>
            <thead className="text-xs text-muted">
              <tr>
                <th scope="col" className="pb-1.5 text-left font-medium">
                  Day
                </th>
                <th scope="col" className="pb-1.5 font-medium">
                  Drafted
                </th>
                <th scope="col" className="pb-1.5 font-medium">
                  Approved
                </th>
                <th scope="col" className="pb-1.5 font-medium">
                  Sent
                </th>
                <th scope="col" className="pb-1.5 font-medium">
                  Follow-ups
                </th>
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <tr key={day.date}>
                  <th scope="row" className="py-0.5 text-left font-normal whitespace-nowrap">
                    {dayWords.format(new Date(`${day.date}T00:00:00Z`))}
                  </th>
                  <td>{day.created}</td>
                  <td>{day.approved}</td>
                  <td>{day.sent}</td>
                  <td>{day.followUps}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </PopoverContent>
    </Popover>
  );
}
