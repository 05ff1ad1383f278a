import { type SQL, sql } from "drizzle-orm";
import { timeWaitedFor } from "#server/ab-tests/send-time";

/** What gives an email a time of its own. Whatever else holds somebody at it, or held them, does not change when it was due. */
const ownTimes = sql`('best_hour', 'rollout', 'send_time', 'snoozed', 'approved_for_later')`;

/**
 * When the email that `campaign_contacts e` stands at was due; `nextAt` is when its turn comes as far as is known. Who comes
 * just after a time of day stands at it, and was not due before they came.
 */
export const dueSince = (nextAt: SQL): SQL => sql`coalesce(
  case when e.wait_reason in ${ownTimes} then greatest(${nextAt}, e.entered_step_at) end, ${timeWaitedFor}, e.entered_step_at, e.enrolled_at)`;

/**
 * The `due_local` that `e` keeps when its reason is overwritten, with which a time of its own would be forgotten; `nextAt` is
 * that time.
 */
export const dueKept = (nextAt: SQL): SQL =>
  sql`case when e.wait_reason in ${ownTimes} then ${nextAt} at time zone e.tz_used else e.due_local end`;
