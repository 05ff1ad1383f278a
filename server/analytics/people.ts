import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { EnrollmentStatus } from "#server/enrollments/reasons";
import { nextTry, nextTryJoins } from "./next-try.ts";
import { whyOf } from "./reasons.ts";
import type { PeopleInput } from "./schema.ts";

export const peoplePageSize = 25;

/** Somebody's place in a campaign. `why` says in words what they wait for, or why they left. */
export type Person = {
  id: string;
  contactId: string;
  email: string;
  name: string | null;
  status: EnrollmentStatus;
  stepId: string | null;
  stepNumber: number | null;
  reason: string | null;
  why: string | null;
  nextAt: Date | null;
  lastSentAt: Date | null;
  sent: number;
};

type Row = Omit<Person, "why">;

/** A page of the people in a campaign, the latest enrolled first. `next` is the last id shown, or null. */
export async function listPeople(
  tx: TenantTx,
  { id, status, stepId, reason, after }: PeopleInput,
): Promise<{ rows: Person[]; next: string | null }> {
  const conditions: SQL[] = [sql`e.campaign_id = ${id}::uuid`];
  if (status === "live") conditions.push(sql`e.status in ('enrolled', 'active', 'paused')`);
  else if (status) conditions.push(sql`e.status = ${status}`);
  if (stepId) conditions.push(sql`e.current_step_id = ${stepId}::uuid`);
  if (reason) conditions.push(sql`coalesce(e.exit_reason, e.wait_reason) = ${reason}`);
  if (after) conditions.push(sql`e.id < ${after}::uuid`);
  const rows = await tx.execute<Row>(sql`
    select e.id, e.contact_id as "contactId", c.email, nullif(concat_ws(' ', c.first_name, c.last_name), '') as name,
      e.status, e.current_step_id as "stepId", s.step_order as "stepNumber",
      coalesce(e.exit_reason, e.wait_reason) as reason, ${nextTry} as "nextAt",
      e.last_email_sent_at as "lastSentAt", e.total_emails_sent as sent
    from campaign_contacts e
    join contacts c on c.id = e.contact_id
    left join campaign_steps s on s.id = e.current_step_id
    ${nextTryJoins}
    where ${sql.join(conditions, sql` and `)}
    order by e.id desc limit ${peoplePageSize + 1}`);
  const shown = rows.slice(0, peoplePageSize).map((row) => ({ ...row, why: whyOf(row) }));
  return { rows: shown, next: rows.length > peoplePageSize ? (shown.at(-1)?.id ?? null) : null };
}
