import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { readEmail } from "#server/contacts/address";
import type { Verdict } from "./outcomes.ts";

/** Three soft bounces in a row, with nothing delivered between them, say that the address is no use. */
const softBouncesMax = 3;

type Settled = { row: { id: string; contact_id: string | null }; verdict: Verdict };

/**
 * A hard bounce suppresses the address in the workspace and marks the contact; a soft one is counted, and does the
 * same at the third in a row. Call after the messages' own rows say that they bounced: the count comes from them, so
 * that reports may come late and in any order. Returns the contacts whose address turned out to be of no use.
 */
export async function recordBounces(
  tx: TenantTx,
  settled: readonly Settled[],
  source: "sending" | "report" = "sending",
): Promise<string[]> {
  const { current, former } = await byAddress(tx, settled);
  await closeFormer(tx, former, source);
  const contactsOf = (wanted: (verdict: Verdict) => boolean) =>
    current
      .flatMap(({ row, verdict }) => (row.contact_id === null || !wanted(verdict) ? [] : [row.contact_id]))
      .sort();
  const soft = contactsOf((verdict) => verdict.kind === "bounced" && verdict.type === "soft");
  const hard = contactsOf((verdict) => verdict.kind === "bounced" && verdict.type === "hard");
  if (soft.length + hard.length === 0) return [];
  const dead = await tx.execute<{ id: string }>(sql`
    with given as materialized (
      select id, bool_or(hard) as hard
      from (select unnest(${sql.param(hard)}::uuid[]) as id, true as hard union all select unnest(${sql.param(soft)}::uuid[]), false) b
      group by id
    ), counted as materialized (
      select g.*, (${softBouncesInARow}) as in_a_row from given g
    ), bounced as (
      update contacts c
      set soft_bounce_count = case when b.hard then c.soft_bounce_count else b.in_a_row end,
        status = case when c.status = 'active' and (b.hard or b.in_a_row >= ${softBouncesMax}) then 'bounced' else c.status end,
        bounced_at = case when b.hard or b.in_a_row >= ${softBouncesMax} then app_now() else c.bounced_at end,
        version = c.version + 1, updated_at = app_now()
      from counted b
      where c.id = b.id
      returning c.id, c.workspace_id, c.email_normalized, b.hard or b.in_a_row >= ${softBouncesMax} as dead, b.hard
    ), logged as (
      insert into contact_events (contact_id, type, data)
      select id, 'email.bounced', jsonb_build_object('type', case when hard then 'hard' else 'soft' end) from bounced
      -- A report is in the timeline itself, as the mail that it came with.
      where ${source}::text = 'sending'
    ), closed as (
      insert into suppressions (email_normalized, scope, workspace_id, reason, source)
      select email_normalized, 'workspace', workspace_id, case when hard then 'hard_bounce' else 'soft_bounces' end, ${source}::text
      from bounced where dead
      on conflict do nothing
    )
    select id from bounced where dead order by id`);
  return dead.map(({ id }) => id);
}

/**
 * What came back from an address that the contact has no longer, or never had before a merge, says nothing about the
 * contact (`current` is without it); `former` are those messages of them that came back for good.
 */
async function byAddress(
  tx: TenantTx,
  settled: readonly Settled[],
): Promise<{ current: Settled[]; former: string[] }> {
  const bounced = settled.filter(({ verdict }) => verdict.kind === "bounced");
  if (bounced.length === 0) return { current: [...settled], former: [] };
  const rows = await tx.execute<{ id: string; address: string }>(sql`
    select m.id, m.to_email as address from content.email_messages m join contacts c on c.id = m.contact_id
    where m.id = any(${sql.param(bounced.map(({ row }) => row.id))}::uuid[]) and lower(m.to_email) <> lower(c.email)`);
  const elsewhere = new Map(rows.map(({ id, address }) => [id, readEmail(address)]));
  return {
    current: settled.filter(({ row }) => !elsewhere.has(row.id)),
    former: bounced.flatMap(({ row, verdict }) => {
      const address = elsewhere.get(row.id);
      const closed = verdict.kind === "bounced" && verdict.type === "hard";
      return closed && address && "normalized" in address ? [address.normalized] : [];
    }),
  };
}

/** An address that is of no use is closed, whoever has it: somebody may bring it in again. */
async function closeFormer(tx: TenantTx, addresses: readonly string[], source: string): Promise<void> {
  if (addresses.length === 0) return;
  await tx.execute(sql`
    insert into suppressions (email_normalized, scope, workspace_id, reason, source)
    select distinct address, 'workspace', current_setting('app.current_workspace_id')::uuid, 'hard_bounce', ${source}::text
    from unnest(${sql.param([...addresses])}::text[]) as address order by address
    on conflict do nothing`);
}

/** How many of the last emails to the contact `g.id` at the address of today, up to the latest that bounced, came back softly in a row. */
const softBouncesInARow = sql`
  with mails as (
    select coalesce(m.sent_at, m.first_attempt_at) as at, m.delivery_status = 'bounced' and m.bounce_type = 'soft' as soft,
      m.delivery_status in ('sent', 'delivered') as delivered
    from content.email_messages m join contacts c on c.id = m.contact_id and lower(c.email) = lower(m.to_email)
    where m.contact_id = g.id and m.direction = 'outbound' and not m.is_test
      and m.delivery_status in ('sent', 'delivered', 'bounced')
  ), latest as (
    select max(at) as at from mails where soft
  )
  select count(*)::int from mails, latest
  where soft and mails.at > coalesce((select max(d.at) from mails d where d.delivered and d.at < latest.at), '-infinity')`;
