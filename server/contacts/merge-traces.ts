import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { calculateScores } from "#server/scoring/calculate";
import { modelContext } from "#server/scoring/mutations";
import { findModel } from "#server/scoring/queries";
import { final } from "#server/suppressions/mutations";

type Pair = { keepId: string; otherId: string };

/** Tags and lists of both. What the two had by different ways no import takes away again when it is undone. */
export async function mergeMemberships(tx: TenantTx, { keepId, otherId }: Pair): Promise<void> {
  await tx.execute(sql`
    update contact_tags t set import_job_id = null from contact_tags o
    where t.contact_id = ${keepId}::uuid and o.contact_id = ${otherId}::uuid and o.tag_id = t.tag_id
      and t.import_job_id is distinct from o.import_job_id`);
  await tx.execute(sql`
    update segment_contacts m set import_job_id = null from segment_contacts o
    where m.contact_id = ${keepId}::uuid and o.contact_id = ${otherId}::uuid and o.segment_id = m.segment_id
      and m.import_job_id is distinct from o.import_job_id`);
  // Changed and not added: a campaign that listens for the tag or the list has heard of this person already.
  await tx.execute(sql`
    update contact_tags t set contact_id = ${keepId}::uuid, import_job_id = null
    where t.contact_id = ${otherId}::uuid
      and not exists (select from contact_tags x where x.contact_id = ${keepId}::uuid and x.tag_id = t.tag_id)`);
  await tx.execute(sql`delete from contact_tags where contact_id = ${otherId}::uuid`);
  // Of a tag whose bearers are being let go on, the place of the one that stays may have been passed already.
  await tx.execute(sql`
    insert into missed_wakes (contact_id) select ${keepId}::uuid
    where exists (select from missed_wakes n join contact_tags t on t.tag_id = n.tag_id where t.contact_id = ${keepId}::uuid)`);
  await tx.execute(sql`
    update segment_contacts m set contact_id = ${keepId}::uuid, added_via = 'manual', import_job_id = null
    from segments s where s.id = m.segment_id and s.segment_type = 'static' and m.contact_id = ${otherId}::uuid
      and not exists (select from segment_contacts x where x.contact_id = ${keepId}::uuid and x.segment_id = m.segment_id)`);
  await tx.execute(sql`
    with gone as (
      delete from segment_contacts m using segments s
      where s.id = m.segment_id and s.segment_type = 'static' and m.contact_id = ${otherId}::uuid returning m.segment_id)
    update segments s set contact_count = greatest(0, s.contact_count - 1), updated_at = app_now()
    from gone where s.id = gone.segment_id`);
}

/** Messages, what came of them and everything else that tells of a person. What imports did stays with whom they did it to. */
export async function mergeHistory(tx: TenantTx, { keepId, otherId }: Pair): Promise<void> {
  await tx.execute(sql`
    update scheduled_emails s set contact_id = ${keepId}::uuid from email_drafts d
    where d.contact_id = ${otherId}::uuid and s.draft_id = d.id`);
  for (const [schema, table] of [
    ["content", "email_messages"],
    ["public", "email_events"],
    ["public", "contact_events"],
    ["public", "consent_records"],
    ["public", "custom_events"],
    ["public", "score_events"],
    ["public", "email_drafts"],
    ["public", "inbox_threads"],
    ["public", "tasks"],
    // Who is to be looked at again stands at their steps as the contact that stays.
    ["public", "missed_wakes"],
  ] as const)
    await tx.execute(sql`
      update ${sql.identifier(schema)}.${sql.identifier(table)} set contact_id = ${keepId}::uuid
      where contact_id = ${otherId}::uuid`);
  await tx.execute(sql`
    update contact_send_preferences p set contact_id = ${keepId}::uuid
    where p.contact_id = ${otherId}::uuid
      and not exists (select from contact_send_preferences x where x.contact_id = ${keepId}::uuid)`);
  // Leaving a list may have brought them to a campaign's door once more.
  await tx.execute(sql`delete from campaign_arrivals where contact_id = ${otherId}::uuid`);
  // Whoever was merged into the one that goes now was merged into the one that stays.
  await tx.execute(
    sql`update contacts set merged_into_id = ${keepId}::uuid where merged_into_id = ${otherId}::uuid`,
  );
}

/** Points that were given by hand or by campaigns add up; the rest of the score is worked out anew from what both did. */
export async function mergeScores(tx: TenantTx, { keepId, otherId }: Pair): Promise<void> {
  await tx.execute(sql`
    insert into contact_scores as s (contact_id, model_id, adjustment, override_total, overridden_until, overridden_by)
    select ${keepId}::uuid, o.model_id, o.adjustment, o.override_total, o.overridden_until, o.overridden_by
    from contact_scores o where o.contact_id = ${otherId}::uuid
    on conflict (tenant_id, contact_id, model_id) do update
    set adjustment = greatest(-100, least(100, s.adjustment + excluded.adjustment)),
      override_total = coalesce(s.override_total, excluded.override_total),
      overridden_until = case when s.override_total is null then excluded.overridden_until else s.overridden_until end,
      overridden_by = case when s.override_total is null then excluded.overridden_by else s.overridden_by end,
      updated_at = app_now()`);
  const model = await findModel(tx);
  if (!model?.isActive) return;
  const context = await modelContext(tx, model);
  await calculateScores(tx, { model, context, extent: { only: keepId } });
}

type Addresses = { keep: string; other: string };

/**
 * What closes one of two addresses closes both, since they are one person's: for as long as the longer of both, and for
 * the reason that is harder to take back. A closed domain says nothing about the address elsewhere.
 */
export async function uniteSuppressions(tx: TenantTx, { keep, other }: Addresses): Promise<void> {
  const tenant = sql`(select nullif(current_setting('app.current_tenant_id', true), '')::uuid)`;
  const own = (alias: "x" | "excluded" | "s") =>
    sql`(${sql.identifier(alias)}.reason = any(${sql.param([...final])}::text[]) and ${sql.identifier(alias)}.source <> 'manual')`;
  const harder = sql`${own("excluded")} and not ${own("x")} or x.expires_at <= app_now()`;
  await tx.execute(sql`
    insert into suppressions as x (email_normalized, scope, workspace_id, category, reason, source, message_id, added_by, expires_at)
    select distinct on (p.into_address, s.scope, s.workspace_id, s.category)
      p.into_address, s.scope, s.workspace_id, s.category, s.reason, s.source, s.message_id, s.added_by, s.expires_at
    from (values (${keep}::text, ${other}::text), (${other}::text, ${keep}::text)) as p (address, into_address)
    join suppressions s on s.email_normalized in (p.address, (suppression_keys(${tenant}, p.address))[3])
    where s.expires_at is null or s.expires_at > app_now()
    order by p.into_address, s.scope, s.workspace_id, s.category, ${own("s")} desc, s.expires_at desc nulls first
    on conflict on constraint suppressions_address_unique do update
    set reason = case when ${harder} then excluded.reason else x.reason end,
      source = case when ${harder} then excluded.source else x.source end,
      message_id = case when ${harder} then excluded.message_id else x.message_id end,
      expires_at = case when x.expires_at is null or excluded.expires_at is null then null
        else greatest(x.expires_at, excluded.expires_at) end, updated_at = app_now()`);
}
