import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Given } from "#server/planner/plan";

/** Counts the slots against the days they lie on. Hold the limits' locks. */
export async function reserve(
  tx: TenantTx,
  { campaignId }: { campaignId: string },
  given: readonly Given[],
): Promise<void> {
  if (given.length === 0) return;
  await reserveFor(
    tx,
    ["campaign_usage", "campaign_id"],
    campaignId,
    given.map(({ slot }) => [slot.day, slot.at]),
  );
  const byMailbox = [...Map.groupBy(given, ({ slot }) => slot.mailboxId)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  for (const [id, some] of byMailbox)
    await reserveFor(
      tx,
      ["mailbox_usage", "email_account_id"],
      id,
      some.map(({ slot }) => [slot.mailboxDay, slot.at]),
    );
  const limited = given.filter(({ recipientDay }) => recipientDay !== null);
  if (limited.length === 0) return;
  await tx.execute(sql`
    insert into recipient_usage as u (domain, day, used)
    select r.domain, r.day, count(*)::int
    from unnest(${sql.param(limited.map(({ person }) => person.domain))}::text[],
      ${sql.param(limited.map(({ recipientDay }) => recipientDay))}::date[]) as r(domain, day)
    group by 1, 2 order by 1, 2
    on conflict (tenant_id, workspace_id, domain, day) do update set used = u.used + excluded.used`);
}

async function reserveFor(
  tx: TenantTx,
  [table, column]: [table: string, column: string],
  id: string,
  slots: readonly [day: string, at: number][],
): Promise<void> {
  const days = Map.groupBy(slots, ([day]) => day);
  const latest = (some: readonly [string, number][]) => new Date(Math.max(...some.map(([, at]) => at)));
  await tx.execute(sql`
    insert into ${sql.identifier(table)} as u (${sql.identifier(column)}, day, reserved, last_slot_at)
    select ${id}::uuid, d.day, d.count, d.last
    from unnest(${sql.param([...days.keys()])}::date[], ${sql.param([...days.values()].map((some) => some.length))}::int[],
      ${sql.param([...days.values()].map((some) => latest(some).toISOString()))}::timestamptz[]) as d(day, count, last)
    on conflict (tenant_id, ${sql.identifier(column)}, day)
    do update set reserved = u.reserved + excluded.reserved, last_slot_at = greatest(u.last_slot_at, excluded.last_slot_at)`);
}
