import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DraftFate } from "#server/campaigns/schema";
import { stepMessage, mergeContacts } from "#server/mail/queries";
import { dueKept } from "#server/messages/due-since";
import { type DraftText, draftText } from "./text.ts";

type Place = { id: string; contact_id: string; run_number: number; visit: number };
type Made = DraftText & { problem: string | null };
type Review = { days: number; otherwise: DraftFate; instructions: string };

/** How far the writing is of a draft that was just made: a provider is asked when it has instructions. */
const writingOf = (asks: boolean) =>
  sql`${asks ? "waiting" : null}::text, ${asks ? sql`app_now()` : null}::timestamptz`;

/** What an email step says now: the version that a draft is made of. */
export async function currentVersion(tx: TenantTx, stepId: string): Promise<string | null> {
  const [row] = await tx.execute<{ id: string }>(sql`
    select v.id from campaign_steps s
    join campaign_step_versions v on v.step_id = s.id and v.version = s.current_version and v.variant_id is null
    where s.id = ${stepId}::uuid`);
  return row?.id ?? null;
}

/** The words of a version for each of these contacts. What cannot be said to one of them is empty, and says why. */
export async function textsFor(
  tx: TenantTx,
  { versionId, contactIds, now }: { versionId: string; contactIds: readonly string[]; now: Date },
): Promise<Map<string, Made>> {
  const { content, origin } = await stepMessage(tx, versionId);
  const contacts = await mergeContacts(tx, contactIds);
  const texts = new Map<string, Made>();
  for (const [id, contact] of contacts) {
    try {
      texts.set(id, { ...draftText(content, { contact, sender: origin.sender, now }), problem: null });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      texts.set(id, { subject: "", previewText: "", body: "", problem: `It could not be made: ${why}` });
    }
  }
  return texts;
}

/** The founding kinds of draft: of the first email, of the last one, of those between. */
export const draftType = (stepId: string) => sql`(
  select case when p.place = 1 then 'first_outreach' when p.place = p.emails then 'final_followup' else 'second_followup' end
  from (select s.id, row_number() over (order by s.step_order) as place, count(*) over () as emails from campaign_steps s
    where s.step_type = 'email' and s.is_active
      and s.campaign_id = (select o.campaign_id from campaign_steps o where o.id = ${stepId}::uuid)) p
  where p.id = ${stepId}::uuid)`;

type Arriving = { stepId: string; review: Review; places: readonly Place[] };

/**
 * What was written by hand for people who come to the step now is their draft: it waits to be looked at from here on.
 * Returns whose those are.
 */
async function takeWritten(tx: TenantTx, { stepId, review, places }: Arriving): Promise<Set<string>> {
  const column = <T>(of: (place: Place) => T) => sql.param(places.map(of));
  const rows = await tx.execute<{ id: string }>(sql`
    with written as materialized (
      select d.id, g.id as enrollment_id, g.run_number, g.visit
      from unnest(${column((place) => place.id)}::uuid[], ${column((place) => place.contact_id)}::uuid[],
        ${column((place) => place.run_number)}::int[], ${column((place) => place.visit)}::int[]
      ) as g(id, contact_id, run_number, visit)
      cross join lateral (select d.id from email_drafts d
        where d.contact_id = g.contact_id and d.step_id = ${stepId}::uuid and d.enrollment_id is null and d.status = 'draft'
        order by d.id desc limit 1) d
    ), taken as (
      update email_drafts d
      set enrollment_id = w.enrollment_id, run_number = w.run_number, visit = w.visit, otherwise = ${review.otherwise},
        expires_at = app_now() + make_interval(days => ${review.days}), updated_at = app_now()
      from written w where d.id = w.id and d.status = 'draft'
      returning d.enrollment_id, d.expires_at
    )
    update campaign_contacts e
    set wait_reason = 'waiting_for_review', next_email_scheduled_at = t.expires_at,
      due_local = ${dueKept(sql`e.next_email_scheduled_at`)}, updated_at = app_now()
    from taken t where e.id = t.enrollment_id
    returning e.id`);
  return new Set(rows.map(({ id }) => id));
}

/**
 * Writes a draft for each of these places, one for each, and holds their people until somebody has looked at it or its
 * time is up.
 */
export async function makeDrafts(
  tx: TenantTx,
  {
    campaignId,
    stepId,
    versionId,
    review,
    places: all,
    now,
  }: {
    campaignId: string;
    stepId: string;
    versionId: string;
    review: Review;
    places: readonly Place[];
    now: Date;
  },
): Promise<void> {
  const written = await takeWritten(tx, { stepId, review, places: all });
  const places = all.filter(({ id }) => !written.has(id));
  const texts = await textsFor(tx, { versionId, contactIds: places.map((place) => place.contact_id), now });
  const told = (place: Place) =>
    texts.get(place.contact_id) ?? {
      subject: "",
      previewText: "",
      body: "",
      problem: "The contact is gone.",
    };
  const column = <T>(of: (place: Place) => T) => sql.param(places.map(of));
  await tx.execute(
    sql`update campaign_steps set was_reviewed = true where id = ${stepId}::uuid and not was_reviewed`,
  );
  await tx.execute(sql`
    with made as (
      insert into email_drafts (contact_id, campaign_id, step_id, enrollment_id, run_number, visit, step_version_id, draft_type,
        author, subject, preview_text, body, problem, otherwise, writing, writing_at, expires_at)
      select g.contact_id, ${campaignId}::uuid, ${stepId}::uuid, g.id, g.run_number, g.visit, ${versionId}::uuid,
        ${draftType(stepId)}, 'rule', g.subject, g.preview_text, g.body, g.problem, ${review.otherwise},
        ${writingOf(review.instructions !== "")},
        app_now() + make_interval(days => ${review.days})
      from unnest(${column((place) => place.id)}::uuid[], ${column((place) => place.contact_id)}::uuid[],
        ${column((place) => place.run_number)}::int[], ${column((place) => place.visit)}::int[],
        ${column((place) => told(place).subject)}::text[], ${column((place) => told(place).previewText)}::text[],
        ${column((place) => told(place).body)}::text[], ${column((place) => told(place).problem)}::text[]
      ) as g(id, contact_id, run_number, visit, subject, preview_text, body, problem)
      on conflict (tenant_id, enrollment_id, run_number, step_id, visit)
        where enrollment_id is not null and status <> 'cancelled' do nothing
      returning enrollment_id, expires_at
    )
    update campaign_contacts e
    set wait_reason = 'waiting_for_review', next_email_scheduled_at = m.expires_at,
      due_local = ${dueKept(sql`e.next_email_scheduled_at`)}, updated_at = app_now()
    from made m where e.id = m.enrollment_id`);
}

/**
 * Writes drafts anew that nobody has touched and whose step says something else now. Up to `limit` at a time; returns how
 * many.
 */
export async function rewriteStale(
  tx: TenantTx,
  {
    stepId,
    versionId,
    limit,
    now,
    asks,
  }: { stepId: string; versionId: string; limit: number; now: Date; asks: boolean },
): Promise<number> {
  const rows = await tx.execute<{ id: string; contact_id: string }>(sql`
    select id, contact_id from email_drafts
    where step_id = ${stepId}::uuid and status = 'draft' and edited_at is null and author <> 'user'
      and step_version_id is distinct from ${versionId}::uuid
    order by id limit ${limit} for no key update`);
  await rewrite(tx, { rows, versionId, now, asks });
  return rows.length;
}

/** Puts what a version says in the place of what these drafts said, edits included. `asks`: a provider writes them then. */
export async function rewrite(
  tx: TenantTx,
  {
    rows,
    versionId,
    now,
    asks,
  }: { rows: readonly { id: string; contact_id: string }[]; versionId: string; now: Date; asks: boolean },
): Promise<void> {
  if (rows.length === 0) return;
  const texts = await textsFor(tx, { versionId, contactIds: rows.map((row) => row.contact_id), now });
  const column = (of: (made: Made | undefined) => string | null) =>
    sql.param(rows.map((row) => of(texts.get(row.contact_id))));
  await tx.execute(sql`
    update email_drafts d
    set subject = g.subject, preview_text = g.preview_text, body = g.body, problem = g.problem, edited_subject = null,
      edited_body = null, edited_at = null, edited_by = null, author = 'rule',
      (writing, writing_at) = row(${writingOf(asks)}), writing_attempts = 0, writing_problem = null, step_version_id = ${versionId}::uuid,
      version = d.version + 1, updated_at = app_now()
    from unnest(${sql.param(rows.map((row) => row.id))}::uuid[], ${column((made) => made?.subject ?? "")}::text[],
      ${column((made) => made?.previewText ?? "")}::text[], ${column((made) => made?.body ?? "")}::text[],
      ${column((made) => (made ? made.problem : "The contact is gone."))}::text[]
    ) as g(id, subject, preview_text, body, problem)
    where d.id = g.id and d.status = 'draft'`);
}
