import { type SQL, sql } from "drizzle-orm";
import { live } from "#server/ab-tests/queries";

/**
 * When `campaign_contacts e` is dealt with next: the slot of its message, the time its place falls due, or, when that has
 * passed, when the step's driver looks again. Whoever waits for the winner of a test has no time of their own, but that of
 * its decision. Null for somebody who is not on the way, or whom nothing but a person moves.
 * Join `nextTryJoins` to it.
 */
export const nextTry: SQL = sql`case when e.status in ('enrolled', 'active') then coalesce(
  case when m.delivery_status in ('queued', 'deferred', 'sending') then m.scheduled_for end,
  case when ${due()} > app_now() then ${due()} when ${due()} is not null then ${looksAgain()}
    when e.wait_reason = 'waiting_for_winner' then case when ab.ends_at > app_now() then ab.ends_at else ${looksAgain()} end end) end`;

function due(): SQL {
  return sql`coalesce(e.next_email_scheduled_at, case when m.delivery_status in ('queued', 'deferred') then m.next_attempt_at end)`;
}

function looksAgain(): SQL {
  return sql`coalesce(greatest(d.wakes_at, d.not_before), app_now())`;
}

export const nextTryJoins: SQL = sql`
  left join content.email_messages m on m.id = e.awaiting_message_id
  left join step_drivers d on d.step_id = e.current_step_id
  left join ab_tests ab on ab.step_id = e.current_step_id and ab.${live} and e.wait_reason = 'waiting_for_winner'`;
