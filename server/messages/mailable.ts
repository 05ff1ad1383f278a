import { type SQL, sql } from "drizzle-orm";
import type { ExitReason } from "#server/enrollments/reasons";

/**
 * Whether the address of `contacts c` is on a suppression list that the workspace has to honour. Scalar, so that it
 * is an index probe per contact whatever the planner knows of the tables' sizes.
 */
export const suppressed: SQL = sql`coalesce((
  select true from suppressions x
  where x.tenant_id = c.tenant_id
    and x.email_normalized = any(suppression_keys(c.tenant_id, c.email_normalized)) and x.scope in ('tenant', 'workspace')
    and (x.expires_at is null or x.expires_at > app_now()) limit 1), false)`;

/** Whether `contacts c` may be mailed at all. */
export const mailable: SQL = sql`(c.status = 'active' and c.deleted_at is null and not ${suppressed})`;

/** Why `contacts c` may not be mailed, as an exit reason; null when it may. */
export const unmailableReason: SQL = sql`case
  when c.deleted_at is not null or c.status = 'archived' then ${"contact_deleted" satisfies ExitReason}
  when c.status = 'unsubscribed' then ${"unsubscribed" satisfies ExitReason}
  when c.status = 'complained' then ${"complained" satisfies ExitReason}
  when c.status = 'bounced' then ${"bounced_hard" satisfies ExitReason}
  when ${suppressed} then ${"suppressed" satisfies ExitReason} end`;

/**
 * Of the addresses that `addresses` selects, the ones nobody on this installation may mail (`email`). That list is
 * out of a tenant's sight, and is asked for all of them at once.
 */
export const closedAmong = (addresses: SQL): SQL =>
  sql`select platform_suppressed(array(${addresses})) as email`;

/** Whether nobody is to write to `contacts c` yet. */
export const isSnoozed: SQL = sql`coalesce(c.snoozed_until > app_now(), false)`;

/**
 * Whether `contacts c` has the tag whose bearers get no campaign email. Scalar: one index probe for each contact, and a
 * comparison with nothing where the workspace names no such tag.
 */
export const isUndisturbed: SQL = sql`coalesce((
  select true from contact_tags ct
  where ct.contact_id = c.id and ct.tag_id = (select t.id from tags t where t.do_not_disturb) limit 1), false)`;

/** Whether nobody is to write to `contacts c` for now: what is meant for them waits. */
export const isLeftAlone: SQL = sql`(${isSnoozed} or ${isUndisturbed})`;
