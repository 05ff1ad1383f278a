"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";
import { OverrideScore } from "./override-score.tsx";
import { ScoreParts } from "./score-parts.tsx";
import { TierBadge, tierLabels } from "./tier-badge.tsx";

type Score = NonNullable<RouterOutputs["scoring"]["ofContact"]>;
type Props = { contactId: string; timeZone: string; editable: boolean };

/** The lead score of a contact, what it is made of and how it came about; nothing while scoring is off. */
export function ContactScore({ contactId, timeZone, editable }: Props) {
  const trpc = useTRPC();
  const found = useQuery(trpc.scoring.ofContact.queryOptions({ contactId }));
  if (found.isPending)
    return (
      <Section title="Lead score">
        <Skeleton className="h-16" />
      </Section>
    );
  const score = found.data;
  if (!score) return null;
  return (
    <Section
      title="Lead score"
      action={editable && <OverrideScore contactId={contactId} score={score} timeZone={timeZone} />}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="text-2xl font-semibold tabular-nums">{score.total}</span>
        <TierBadge tier={score.tier} />
        {score.overridden && (
          <span className="text-xs text-muted">
            Set by hand{" "}
            {score.overriddenUntil && (
              <>
                until <DateTime at={score.overriddenUntil} timeZone={timeZone} show="date" />
              </>
            )}
          </span>
        )}
      </div>
      <ScoreParts score={score} />
      <History changes={score.history} timeZone={timeZone} />
    </Section>
  );
}

const whats: Record<Score["history"][number]["what"], string> = {
  recalculated: "Recalculated",
  overridden: "Set by hand",
  override_ended: "No longer set by hand",
};

function History({ changes, timeZone }: { changes: Score["history"]; timeZone: string }) {
  if (changes.length === 0) return <p className="mt-4 text-xs text-muted">The score has not changed yet.</p>;
  return (
    <ol aria-label="Changes of the score" className="mt-4 divide-y border-t">
      {changes.map((change) => (
        <li key={change.id} className="flex flex-wrap items-baseline gap-x-3 py-2">
          <span className="w-20 tabular-nums">
            {change.before} → <strong className="font-semibold">{change.after}</strong>
          </span>
          <span className="min-w-0 flex-1 text-muted">
            {whats[change.what]}
            {change.actor && ` by ${change.actor}`}
            {change.tierAfter
              && change.tierAfter !== change.tierBefore
              && `, now ${tierLabels[change.tierAfter]}`}
          </span>
          <DateTime at={change.at} timeZone={timeZone} className="text-xs text-muted" />
        </li>
      ))}
    </ol>
  );
}
