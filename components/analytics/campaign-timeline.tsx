"use client";
import { useState } from "react";
import { asProblem, useTRPC, useTRPCClient } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { LinkButton } from "#components/ui/link-button";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import { timelineUnits, type TimelineUnit } from "#server/analytics/schema";
import type { RouterOutputs } from "#server/router";
import { TimelineChart } from "./timeline-chart.tsx";
import { useFollowed } from "./use-followed.tsx";

type Props = {
  campaignId: string;
  /** By days. */
  initial: RouterOutputs["analytics"]["timeline"];
  active: boolean;
  workspace: string;
  timeZone: string;
};

const pollMs = 9_000;
const labels: Record<TimelineUnit, string> = { day: "Days", hour: "Hours" };

/** What happened when, by days or by the hours of the last two days. */
export function CampaignTimeline({ campaignId: id, initial, active, workspace, timeZone }: Props) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  const [unit, setUnit] = useState<TimelineUnit>("day");
  const { value, error } = useFollowed({
    queryKey: trpc.analytics.timeline.queryKey({ id, unit }),
    ask: (seen) => api.analytics.timeline.query({ id, unit, seen }),
    ...(unit === "day" && { initial }),
    // Until there is a first bar it looks as often as the numbers do, which would disagree with it otherwise.
    everyMs: (held) => (!active ? 3 * pollMs : held?.buckets.length === 0 ? pollMs / 3 : pollMs),
  });
  const problem = asProblem(error);
  return (
    <Section
      title="Timeline"
      description={
        unit === "day" ? `Days in ${timeZone}, the last 60.` : `Hours in ${timeZone}, the last 48.`
      }
      action={
        <>
          <LinkButton
            href={`/${workspace}/campaigns/${id}/numbers.csv`}
            prefetch={false}
            variant="ghost"
            size="sm"
          >
            CSV
          </LinkButton>
          <UnitChoice unit={unit} onChoose={setUnit} />
        </>
      }
    >
      {problem && !value && (
        <Callout kind="danger" title="The timeline could not be loaded">
          {problem.message}
        </Callout>
      )}
      {!value && !problem && <Skeleton className="h-56" />}
      {value?.buckets.length === 0 && (
        <p className="py-8 text-center text-muted">
          {unit === "day"
            ? "Each day has its numbers here, from the first email on."
            : "Nothing has happened in the last 48 hours."}
        </p>
      )}
      {value && value.buckets.length > 0 && (
        <TimelineChart
          buckets={value.buckets}
          unit={value.buckets[0]?.at.includes("T") ? "hour" : "day"}
          caption="Numbers over time"
          source={{ workspace, campaign: id }}
        />
      )}
    </Section>
  );
}

function UnitChoice({ unit, onChoose }: { unit: TimelineUnit; onChoose: (unit: TimelineUnit) => void }) {
  return (
    <div
      role="group"
      aria-label="Steps of time"
      className="inline-flex gap-0.5 rounded-md border bg-sunken p-0.5"
    >
      {timelineUnits.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === unit}
          onClick={() => onChoose(each)}
          className="h-6.5 rounded-sm px-2.5 text-xs font-medium text-muted hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink aria-pressed:shadow-card max-sm:h-9"
        >
          {labels[each]}
        </button>
      ))}
    </div>
  );
}
