import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { waitReasons, type EnrollmentStatus, type ExitReason } from "#server/enrollments/reasons";

/** How many people stand in one state for one reason; `why` is the reason in words. */
export type ReasonCount = {
  status: EnrollmentStatus;
  reason: string | null;
  why: string | null;
  count: number;
};

/** Why the people of a campaign stand where they stand or have left it, the most frequent first. */
export async function countReasons(tx: TenantTx, campaignId: string): Promise<ReasonCount[]> {
  const rows = await tx.execute<Omit<ReasonCount, "why">>(sql`
    select status, coalesce(exit_reason, wait_reason) as reason, count(*)::int as count
    from campaign_contacts where campaign_id = ${campaignId}::uuid group by 1, 2 order by count(*) desc, 1, 2`);
  return rows.map((row) => ({ ...row, why: whyOf(row) }));
}

/** What somebody waits for, or why they left. */
export function whyOf({ status, reason }: Pick<ReasonCount, "status" | "reason">): string | null {
  if (status === "completed") return "Came to the end.";
  if (status === "paused") return "Paused by hand: nothing is sent to them until somebody lets them go on.";
  return reasonInWords(reason) ?? (status === "enrolled" || status === "active" ? turnText : null);
}

/** Of somebody who is on the way and waits for nothing. */
export const turnText = "It is their turn.";

const exitWords: Record<ExitReason, string> = {
  replied: "Replied.",
  colleague_replied: "Somebody at the same company replied.",
  auto_reply: "An automatic reply came.",
  goal_met: "Reached the goal.",
  bounced_hard: "The address does not exist.",
  bounced_soft_limit: "The mailbox refused several times in a row.",
  unsubscribed: "Unsubscribed.",
  complained: "Marked an email as spam.",
  suppressed: "The address is on a suppression list.",
  left_segment: "Left the segment.",
  manual: "Taken out by hand.",
  action_exit: "An exit step ended it.",
  moved: "They were moved to another campaign.",
  draft_rejected: "Somebody rejected the email that was meant for them.",
  draft_expired: "Nobody looked in time at the email that was meant for them.",
  call_failed: "The call of a webhook step failed.",
  contact_deleted: "The contact was deleted.",
  campaign_ended: "The campaign ended.",
  invalid_address: "The address is not valid.",
  send_failed: "The email could not be sent.",
  config_error: "The step was incomplete.",
  import_rolled_back: "The import that brought the contact was undone.",
  merged: "The contact was merged with another one that had come further in this campaign.",
};

/** Of a message, what is not said of people as well. */
const messageWords: Record<string, string> = {
  awaiting_slot: "It has no place in the queue at the moment, and gets one when its step can send again.",
  sending: "It is being handed over at this moment.",
};

/** A reason code as a sentence; codes of later versions read as they are written. */
export function reasonInWords(code: string | null): string | null {
  if (code === null) return null;
  const known: Partial<Record<string, string>> = { ...exitWords, ...waitReasons, ...messageWords };
  return known[code] ?? `${code.replaceAll("_", " ")}.`;
}
