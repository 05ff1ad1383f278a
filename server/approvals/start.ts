import { clockText } from "#server/planner/forecast";
import type { Approval } from "./queries.ts";

/** An approved start may be missed by so long; after that it is another one. */
const lateMaxMs = 24 * 3_600_000;

/** The only start that has been approved; null when any is, or nothing asks for an approval. */
export function approvedStart({ needed, state, submissions: [newest] }: Approval): Date | null {
  return needed !== null && state === "approved" ? (newest?.startsAt ?? null) : null;
}

/** Why a campaign cannot start at `at`; null when it can. */
export function startRefusal(approved: Date | null, at: Date, zone: string): string | null {
  if (approved === null) return null;
  const lateMs = at.getTime() - approved.getTime();
  if (lateMs >= 0 && lateMs <= lateMaxMs) return null;
  return `It is approved to start on ${clockText(zone, approved)} (${zone}), or within a day after that. Schedule it for then, or ask for another approval.`;
}
