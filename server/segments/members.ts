import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { compileRules } from "./compile.ts";
import { ruleContext } from "./queries.ts";
import type { RuleTree } from "./schema.ts";

/** Contacts whose membership is worked out in one transaction, of some hundred milliseconds. */
const sliceSize = 20_000;
/** Contacts that one event names. */
export const announcedTogether = 500;

type Range = { segmentId: string; rules: RuleTree; now: Date; after: string | null };

/**
 * Works out who of the contacts that follow `after` is in the segment, and changes what differs from the members
 * known so far: nobody is taken out and put in again. Who came and who went is kept for the events that say so.
 * Returns the last contact dealt with, or null when there are no more.
 *
 * Nothing is joined to the members: a segment that was just filled is not in the statistics yet, and the planner, taking
 * it for empty, would compare every member with every contact of the slice.
 */
export async function refreshRange(
  tx: TenantTx,
  { segmentId, rules, now, after }: Range,
): Promise<string | null> {
  const predicate = compileRules(rules, { ...(await ruleContext(tx, rules, segmentId)), now });
  const upto = await endOfSlice(tx, after, sliceSize);
  const within = (id: SQL) => sql`${after === null ? sql`` : sql`${id} > ${after}::uuid and`}
    ${upto === null ? sql`true` : sql`${id} <= ${upto}::uuid`}`;
  const range = { segmentId, predicate, within };
  if (await isAfterUndo(tx, segmentId)) {
    // Who comes or goes because an import was taken back comes to no campaign by that; whoever must leave one leaves it.
    await tx.execute(sql`select set_config('app.silent_arrivals', 'on', true)`);
    await changeMembers(tx, { ...range, only: takenBack(segmentId, within) });
    await tx.execute(sql`select set_config('app.silent_arrivals', '', true)`);
  }
  await changeMembers(tx, range);
  return upto;
}

/** An import was taken back since the segment was last worked out, or in part, for good or for now. */
async function isAfterUndo(tx: TenantTx, segmentId: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    select from import_jobs j, segments s where s.id = ${segmentId}::uuid
      and (j.rolled_back_at >= s.last_recalculated_at or j.rolled_back_at is null and j.rolled_back_by is not null) limit 1`);
  return rows.length > 0;
}

/** The contacts of a slice whom that concerns. */
const takenBack = (segmentId: string, within: (id: SQL) => SQL): SQL => sql`array(
  select e.contact_id from import_events e
  where ${within(sql`e.contact_id`)} and e.undo_outcome <> 'leave'
    and e.undone_at >= (select s.last_recalculated_at from segments s where s.id = ${segmentId}::uuid))`;

type Change = { segmentId: string; predicate: SQL; within: (id: SQL) => SQL; only?: SQL };

async function changeMembers(tx: TenantTx, { segmentId, predicate, within, only }: Change): Promise<void> {
  const those = (id: SQL) => (only ? sql`${within(id)} and ${id} = any(${only})` : within(id));
  await tx.execute(sql`
    with matched as materialized (
      select c.id from contacts c where ${those(sql`c.id`)} and c.deleted_at is null and ${predicate}
    ), known as materialized (
      select m.contact_id as id from segment_contacts m
      where m.segment_id = ${segmentId}::uuid and ${those(sql`m.contact_id`)}
    ), gone as (
      delete from segment_contacts m
      where m.segment_id = ${segmentId}::uuid and m.contact_id = any(array(select id from known except select id from matched))
      returning m.contact_id as id, m.added_at
    ), kept as (
      -- Those who are in it say since when; of those who were, their timelines keep it.
      insert into contact_events (contact_id, type, ref_type, ref_id, occurred_at, data)
      select g.id, moved.type, 'segment', s.id, moved.at, jsonb_build_object('segment', s.name, 'segmentId', s.id)
      from gone g join segments s on s.id = ${segmentId}::uuid join contacts c on c.id = g.id and c.deleted_at is null,
        lateral (values ('segment.entered', g.added_at), ('segment.left', app_now())) as moved(type, at)
    ), come as (
      insert into segment_contacts (segment_id, contact_id, added_via)
      select ${segmentId}::uuid, id, 'rule_match' from (select id from matched except select id from known) fresh
      on conflict do nothing returning contact_id as id
    ), told as (
      select 'segment.left' as event, id from gone union all select 'segment.entered', id from come
    )
    insert into contact_announcements (event, ref_id, contact_ids)
    select event, ${segmentId}::uuid, array_agg(id order by id)
    from (select event, id, (row_number() over (partition by event order by id) - 1) / ${announcedTogether}::int as part from told) parts
    group by event, part order by event, part`);
}

/** The contact that ends a slice of so many after `after`; null when all that are left fit. */
export async function endOfSlice(tx: TenantTx, after: string | null, size: number): Promise<string | null> {
  const [end] = await tx.execute<{ id: string }>(sql`
    select c.id from contacts c ${after === null ? sql`` : sql`where c.id > ${after}::uuid`}
    order by c.id limit 1 offset ${size - 1}`);
  return end?.id ?? null;
}
