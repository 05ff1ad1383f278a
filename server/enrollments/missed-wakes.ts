import { sql } from "drizzle-orm";
import { type TenantTx, withTenant } from "#db/tenancy";
import { commitThenSend, type EventScope } from "#server/drivers/events";
import { letGoOn } from "./let-go-on.ts";
import { nobodyYet } from "./retime.ts";
import { wakeWaiters } from "./waiters.ts";

/** Whoever stands at the steps of so many waits for as long as they are seen to. */
const sliceMax = 1000;

/**
 * Sees to the contacts among these notes in `missed_wakes`: those who may be written to again go on, and whom a waiting step could
 * not be told of is asked about again. First emails and then what waits, each in a transaction of its own: whoever drives
 * a step that waits goes on to the emails behind it, and would wait for them while it is waited for here. A note goes last,
 * so that one that dies in between is seen to again.
 */
export async function seeToMissed(scope: EventScope, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += sliceMax) {
    const slice = ids.slice(from, from + sliceMax);
    const { contactIds } = await commitThenSend(scope, async (tx) => {
      const contactIds = await contactsOf(tx, slice);
      return { contactIds, events: await letGoOn(tx, { scope, contactIds, from: "do_not_disturb" }) };
    });
    await commitThenSend(scope, async (tx) => {
      const events = await wakeWaiters(tx, { scope, contactIds, atOnce: true });
      // Of whoever was merged into another contact meanwhile, the other one has not been seen to yet.
      await tx.execute(sql`
        delete from missed_wakes where id = any(${sql.param(slice)}::uuid[])
          and contact_id = any(${sql.param(contactIds)}::uuid[])`);
      return { events };
    });
  }
}

async function contactsOf(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(
    sql`select distinct contact_id as id from missed_wakes
      where id = any(${sql.param([...ids])}::uuid[]) and contact_id is not null`,
  );
  return rows.map(({ id }) => id);
}

/** Sees to the tags among these notes until that time, in ms of `performance.now`: each for a slice at least. */
export async function seeToTags(scope: EventScope, ids: readonly string[], until: number): Promise<void> {
  for (const noteId of await notesOfTags(scope, ids)) await seeToBearers(scope, noteId, { until });
}

const notesOfTags = (scope: EventScope, ids: readonly string[]): Promise<string[]> =>
  withTenant(scope, async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      select id from missed_wakes where id = any(${sql.param([...ids])}::uuid[]) and tag_id is not null order by id`);
    return rows.map(({ id }) => id);
  });

/** Of a tag so many slices at a time; what is left is seen to in a minute. */
const slicesMax = 20;
/** So many of its bearers are looked at for a slice: most of them may stand nowhere. */
const lookedAtMax = 10_000;

/**
 * Lets those go on who have a tag that keeps campaigns away no more: nothing but emails waits for that. The place reached is
 * written down in the same transaction, and the note goes with the last of them.
 */
export async function seeToBearers(
  scope: EventScope,
  noteId: string,
  { slices = slicesMax, until = Infinity, ...most }: Partial<Most> & { slices?: number; until?: number } = {},
): Promise<void> {
  for (let slice = 0; slice < slices; slice += 1) {
    const { done } = await commitThenSend(scope, async (tx) => {
      const page = await nextBearers(tx, noteId, { size: sliceMax, lookedAt: lookedAtMax, ...most });
      if (!page) return { done: true, events: [] };
      const events = await letGoOn(tx, { scope, contactIds: page.contactIds, from: "do_not_disturb" });
      await tx.execute(
        page.last === null
          ? sql`delete from missed_wakes where id = ${noteId}::uuid`
          : sql`update missed_wakes set up_to = ${page.last}::uuid where id = ${noteId}::uuid`,
      );
      return { done: page.last === null, events };
    });
    if (done || performance.now() >= until) return;
  }
}

/** Of a slice: whom an email may wait for, and among how many bearers they are looked for. */
type Most = { size: number; lookedAt: number };
type Page = { contactIds: string[]; last: string | null };

/** The next ones of them whom an email may wait for. Null when the note is gone: so is the tag, or it is the one again. */
async function nextBearers(tx: TenantTx, noteId: string, { size, lookedAt }: Most): Promise<Page | null> {
  const [note] = await tx.execute<{ tagId: string; upTo: string }>(sql`
    select tag_id as "tagId", coalesce(up_to, ${nobodyYet}::uuid) as "upTo" from missed_wakes where id = ${noteId}::uuid
    for no key update`);
  if (!note) return null;
  const [page] = await tx.execute<{ contactIds: string[]; seen: number; last: string | null }>(sql`
    with bearers as materialized (
      select contact_id from contact_tags where tag_id = ${note.tagId}::uuid and contact_id > ${note.upTo}::uuid
      order by contact_id limit ${lookedAt}
    ), mailed as materialized (
      -- Scalar, so that each is a probe of an index: one of them may be in a campaign, and a million others too.
      select contact_id from bearers b
      where coalesce(
        (select true from campaign_contacts e
          where e.contact_id = b.contact_id and e.status in ('enrolled', 'active', 'paused') limit 1),
        (select true from content.email_messages m
          where m.contact_id = b.contact_id and m.scheduled_for is null and m.delivery_status in ('queued', 'deferred') limit 1),
        false)
      order by contact_id limit ${size}
    )
    select array(select contact_id from mailed) as "contactIds", (select count(*)::int from bearers) as seen,
      (select contact_id from bearers order by contact_id desc limit 1) as last`);
  if (!page) throw new Error("The page gave no row.");
  const { contactIds, seen } = page;
  if (contactIds.length === size) return { contactIds, last: contactIds.at(-1) ?? null };
  return { contactIds, last: seen === lookedAt ? page.last : null };
}
