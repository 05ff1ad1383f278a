"use client";
import { useMutation } from "@tanstack/react-query";
import { CalendarOff } from "lucide-react";
import { useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { EmptyState } from "#components/ui/empty-state";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { RemoveButton, useRemoved } from "./remove-button.tsx";

type Blackout = RouterOutputs["blackoutDates"]["list"][number];

const dayText = (day: string) =>
  new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  }).format(Date.parse(day));

export const daysText = ({ startsOn, endsOn }: Pick<Blackout, "startsOn" | "endsOn">) =>
  startsOn === endsOn ? dayText(startsOn) : `${dayText(startsOn)} – ${dayText(endsOn)}`;

/** Which campaigns keep the days, where not all do. */
export const forWhom = (campaigns: string[] | null): string | null =>
  campaigns && (campaigns.length === 0 ? "For campaigns that are gone" : `Only for ${campaigns.join(", ")}`);

/** The days on which nothing is sent, the next ones first. */
export function BlackoutList({ blackouts, editable }: { blackouts: Blackout[]; editable: boolean }) {
  const columns: Column<Blackout>[] = [
    {
      key: "name",
      header: "Occasion",
      cell: ({ name, campaigns, action }) => (
        // On a phone the button stands in the corner.
        <div className="min-w-0 max-sm:pr-20">
          {name}
          {action !== "delay" && (
            <Badge tone={action === "allow" ? "success" : "warning"} className="ml-2">
              {action === "allow" ? "Emails leave" : "Emails passed over"}
            </Badge>
          )}
          {campaigns && <p className="truncate text-xs text-muted">{forWhom(campaigns)}</p>}
        </div>
      ),
    },
    {
      key: "days",
      header: "Days",
      cell: daysText,
    },
  ];
  if (editable)
    columns.push({
      key: "actions",
      header: "Actions",
      bare: true,
      cell: (blackout) => <RemoveBlackout blackout={blackout} />,
    });
  return (
    <Table
      label="Days without sending"
      columns={columns}
      rows={blackouts}
      rowKey={({ id }) => id}
      empty={
        <EmptyState icon={CalendarOff} title="No days without sending">
          Add holidays, or days on which the office is closed: campaigns wait until they are over.
        </EmptyState>
      }
    />
  );
}

export function RemoveBlackout({ blackout }: { blackout: Pick<Blackout, "id" | "name"> }) {
  const trpc = useTRPC();
  const remove = useMutation(trpc.blackoutDates.remove.mutationOptions(useRemoved("Removed.")));
  return (
    <span className="flex justify-end">
      <RemoveButton
        label={`Remove ${blackout.name}`}
        pending={remove.isPending}
        onClick={() => remove.mutate({ id: blackout.id })}
      />
    </span>
  );
}
