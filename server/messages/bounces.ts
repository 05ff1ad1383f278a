import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Verdict } from "./outcomes.ts";

/** Three soft bounces in a row, with nothing delivered between them, say that the address is no use. */
const softBouncesMax = 3;

/**
 * A hard bounce suppresses the address in the workspace and marks the contact; a soft one is counted, and does the
 * same at the third in a row. A message that left again clears the count.
 */
export async function recordBounces(
  tx: TenantTx,
  settled: readonly { row: { id: string; contact_id: string | null }; verdict: Verdict }[],
): Promise<void> {
  const contactsOf = (wanted: (verdict: Verdict) => boolean) =>
    settled
      .flatMap(({ row, verdict }) => (row.contact_id === null || !wanted(verdict) ? [] : [row.contact_id]))
      .sort();
  const sent = contactsOf((verdict) => verdict.kind === "sent");
  const soft = contactsOf((verdict) => verdict.kind === "bounced" && verdict.type === "soft");
  const hard = contactsOf((verdict) => verdict.kind === "bounced" && verdict.type === "hard");
  if (sent.length > 0) {
    await tx.execute(sql`
      update contacts set soft_bounce_count = 0
      where id = any(${sql.param(sent)}::uuid[]) and soft_bounce_count > 0`);
  }
  if (soft.length + hard.length === 0) return;
  await tx.execute(sql`
    with bounced as (
      update contacts c
      set soft_bounce_count = c.soft_bounce_count + (not b.hard)::int,
        status = case when c.status = 'active' and (b.hard or c.soft_bounce_count + 1 >= ${softBouncesMax}) then 'bounced' else c.status end,
        bounced_at = case when b.hard or c.soft_bounce_count + 1 >= ${softBouncesMax} then app_now() else c.bounced_at end,
        version = c.version + 1, updated_at = app_now()
      from (select unnest(${sql.param(hard)}::uuid[]) as id, true as hard union all select unnest(${sql.param(soft)}::uuid[]), false) b
      where c.id = b.id
      returning c.id, c.workspace_id, c.email_normalized, c.bounced_at is not null as dead, b.hard
    ), logged as (
      insert into contact_events (contact_id, type, data)
      select id, 'email.bounced', jsonb_build_object('type', case when hard then 'hard' else 'soft' end) from bounced
    )
    insert into suppressions (email_normalized, scope, workspace_id, reason, source)
    select email_normalized, 'workspace', workspace_id, case when hard then 'hard_bounce' else 'soft_bounces' end, 'sending'
    from bounced where dead
    on conflict do nothing`);
}
