import { type SQL, sql } from "drizzle-orm";
import { addressHolds } from "#server/segments/compile-history";
import type { EngagementField } from "#server/segments/compile";
import type { Engagement } from "#server/segments/schema";

/** An open or click counts when it is this old: a scanner's burst shows only in hindsight. */
export const settleSeconds = 60;

const columns: Record<EngagementField, SQL> = {
  email_received: sql`m.sent_at`,
  email_opened: sql`m.first_opened_at`,
  email_clicked: sql`m.first_clicked_at`,
  email_replied: sql`m.replied_at`,
};

/** Whether it is told of by a request that may be a machine's. */
export const settles = (field: EngagementField): boolean =>
  field === "email_opened" || field === "email_clicked";

/**
 * Whether it happened to the enrollment `campaign_contacts e` of `contacts c`. Without a step it is the last email of
 * this pass that is meant, not any earlier one of the campaign; with one, that step's in this pass. `lately`: only just
 * now, so that it does not count yet.
 */
export function happened(field: EngagementField, which: Engagement, when: "settled" | "lately"): SQL {
  const column = columns[field];
  const settled = sql`app_now() - make_interval(secs => ${settleSeconds})`;
  const counts = settles(field) ? sql`${column} <= ${settled}` : sql`${column} is not null`;
  const time = when === "settled" ? counts : sql`${column} > ${settled}`;
  const since =
    which.days === undefined ? sql`` : sql`and ${column} >= app_now() - make_interval(days => ${which.days})`;
  const message = which.campaignId
    ? sql`m.contact_id = c.id and m.campaign_id = ${which.campaignId}::uuid
        ${which.stepId ? sql`and m.step_id = ${which.stepId}::uuid` : sql``}`
    : which.stepId
      ? sql`m.contact_id = c.id and m.enrollment_id = e.id and m.run_number = e.run_number and m.step_id = ${which.stepId}::uuid`
      : sql`m.id = e.last_message_id`;
  const followed =
    which.urlContains === undefined
      ? sql``
      : sql`and exists (select 1 from email_events ev where ev.message_id = m.id and ev.type = 'clicked'
          and not ev.is_machine and ${addressHolds(which.urlContains)})`;
  return sql`exists (select 1 from content.email_messages m where ${message} and ${time} ${since} ${followed})`;
}
