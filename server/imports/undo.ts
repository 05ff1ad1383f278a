import { type SQL, sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { holds, wakeNow, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { asStored, asText, column, contactFields, stateOf } from "./contact-fields.ts";
import { driverOf } from "./mutations.ts";
import { getImport, getImportJob, type Made, type UndoReport } from "./queries.ts";

import { tellEnd } from "./tell.ts";

/** Contacts that one transaction of an undo takes back. */
export const undoSlice = 5000;
const leaseSeconds = 300;

/** The fields of a state (`{first_name, …, custom_fields}`) on one level, custom ones as `custom.<name>`. */
const flat = (state: SQL) => sql`((${state} - 'custom_fields') || coalesce((
  select jsonb_object_agg('custom.' || f.key, f.value) from jsonb_each(${state} -> 'custom_fields') f), '{}'::jsonb))`;

/** The score is the engine's to change: that alone says nothing about who touched a contact. */
const current = stateOf(contactFields, (field) => asText(field, "c"), sql`c.custom_fields`);
const differs = sql`(holds - 'lead_score') <> (goal - 'lead_score')`;

/** True when some field that the import changed still holds what it wrote. */
const someHolds = sql`exists (
  select 1 from jsonb_each(${flat(sql`v.goal`)}) g
  where g.value is distinct from ${flat(sql`v.was`)} -> g.key and ${flat(sql`v.holds`)} -> g.key is not distinct from g.value)`;

/**
 * What is to happen to the contact of each event, as `outcome`: `delete`, `restore`, `untag` (only tags and list
 * membership go) or `keep`, with a `reason`: what somebody did to the contact since. `fields` are those that an
 * import changed and somebody changed again, which stay.
 */
const judged = (importId: string, events: SQL) => sql`
  picked as (select e.* from import_events e where e.import_job_id = ${importId}::uuid and e.undone_at is null ${events}),
  seen as (
    select e.id as event_id, e.contact_id, e.event_type, e.tags_added, e.segments_added, c.id is not null as there,
      c.deleted_at, e.previous_data as was, e.new_data as goal, ${current} as holds,
      c.email_normalized <> e.contact_email as moved
    from picked e left join lateral (select * from contacts c where c.id = e.contact_id limit 1) c on true),
  -- Most contacts hold just what the import left: only the others are taken apart field by field.
  weighed as (
    select s.*, case when holds @> goal then '{}' else coalesce((
      select array_agg(g.key order by g.key)
      from (select ${flat(sql`s.holds`)} as now, coalesce(${flat(sql`s.was`)}, '{}'::jsonb) as before) v, jsonb_each(${flat(sql`s.goal`)}) g
      where g.value is distinct from v.before -> g.key and v.now -> g.key is distinct from g.value
        and v.now -> g.key is distinct from v.before -> g.key), '{}') end as fields
    from seen s),
  verdicts as (
    select w.*, case
      when not there then 'gone'
      when deleted_at is not null then 'deleted_since'
      when event_type <> 'created' then null
      when moved or ${differs} then 'edited'
      when exists (select 1 from campaign_contacts x where x.contact_id = w.contact_id) then 'enrolled'
      when exists (select 1 from content.email_messages m where m.contact_id = w.contact_id) then 'mailed'
      when exists (select 1 from contact_events x where x.contact_id = w.contact_id) then 'edited'
      when exists (select 1 from contact_tags x where x.contact_id = w.contact_id and x.tag_id <> all (w.tags_added)) then 'tagged'
      when exists (select 1 from segment_contacts x where x.contact_id = w.contact_id and x.segment_id <> all (w.segments_added)) then 'listed'
      when exists (select 1 from import_events x where x.contact_id = w.contact_id and x.import_job_id <> ${importId}::uuid
        and x.undone_at is null) then 'reimported'
      end as reason
    from weighed w),
  plan as (
    select event_id, contact_id, event_type, fields, tags_added, segments_added, was, goal,
      case when reason is not null then 'keep' when event_type = 'created' then 'delete'
        when event_type <> 'updated' then 'untag'
        when holds @> goal or ${someHolds} then 'restore'
        when cardinality(fields) > 0 then 'keep' else 'untag' end as outcome,
      coalesce(reason, case when cardinality(fields) > 0 then 'edited' end) as reason
    from verdicts v)`;

/** What undoing would do if it started now. Nothing is written. */
export async function previewUndo(tx: TenantTx, importId: string): Promise<UndoReport> {
  const rows = await tx.execute<{ outcome: string; reason: string | null; count: number }>(sql`
    with ${judged(importId, sql``)}
    select outcome, reason, count(*)::int as count from plan group by outcome, reason`);
  return reportOf(rows);
}

/** Counts by outcome. A contact that got back some fields while others stay counts as restored, with its reason. */
function reportOf(rows: readonly { outcome: string; reason: string | null; count: number }[]): UndoReport {
  const report: UndoReport = { deleted: 0, restored: 0, untagged: 0, kept: 0, reasons: {} };
  const names = { delete: "deleted", restore: "restored", untag: "untagged", keep: "kept" } as const;
  for (const { outcome, reason, count } of rows) {
    const name = names[outcome as keyof typeof names];
    report[name] += count;
    const told = outcome === "restore" && reason ? "partly_edited" : outcome === "keep" ? reason : null;
    if (told) report.reasons[told] = (report.reasons[told] ?? 0) + count;
  }
  return report;
}

/** Asks for the undo; returns the fence of the event to send. */
export async function requestUndo(tx: TenantTx, importId: string, actorId: string): Promise<number | null> {
  await getImportJob(tx, importId, true);
  const { status, canUndo, undoDeadline, fileName } = await getImport(tx, importId);
  if (status === "rolling_back" || status === "rolled_back") return null;
  if (!canUndo) {
    throw new AppError(
      "conflict",
      undoDeadline
        ? "This import can no longer be undone: that is possible for 30 days, once it has ended."
        : "There is nothing to undo: this import has written nothing.",
    );
  }
  await tx.execute(sql`
    update import_jobs set status = 'rolling_back', problem = null, rolled_back_by = ${actorId}::uuid, processed_rows = 0,
      run_id = null, lease_until = null, updated_at = app_now() where id = ${importId}::uuid`);
  await recordAct(tx, {
    actorId,
    action: "import.undone",
    resourceType: "import",
    resourceId: importId,
    before: { fileName },
  });
  return wakeNow(tx, driverOf(importId));
}

/**
 * Takes back what the import did to the next contacts, in one transaction that also marks their events: run again
 * after a crash it goes on with the rest. True when there is nothing left.
 */
export async function undoNext(
  scope: Scope,
  importId: string,
  fence: number,
  size = undoSlice,
): Promise<{ done: boolean }> {
  return withTenant(
    scope,
    async (tx) => {
      if (!(await holds(tx, driverOf(importId), fence, leaseSeconds))) return { done: true };
      const job = await getImportJob(tx, importId, true);
      if (job.status !== "rolling_back") return { done: true };
      const count = await planSlice(tx, importId, size);
      await restoreFields(tx);
      await takeTagsAndLists(tx, importId);
      await tx.execute(
        sql`delete from contacts where id = any (array(select contact_id from undoing where outcome = 'delete'))`,
      );
      await tx.execute(sql`
        update import_events e set undone_at = app_now(), undo_outcome = p.outcome
          || case when p.reason is null then '' else ':' || p.reason end
          || case when cardinality(p.fields) = 0 then '' else ':' || array_to_string(p.fields, ',') end
        from undoing p where p.event_id = e.id and e.id = any (array(select event_id from undoing))`);
      await tx.execute(
        sql`update import_jobs set processed_rows = processed_rows + ${count}, updated_at = app_now() where id = ${importId}::uuid`,
      );
      return { done: count < size };
    },
    { statementTimeoutMs: 120_000 },
  );
}

async function planSlice(tx: TenantTx, importId: string, size: number): Promise<number> {
  await tx.execute(sql`create temporary table undoing (
    event_id uuid primary key, contact_id uuid, event_type text not null, fields text[] not null, tags_added uuid[] not null,
    segments_added uuid[] not null, was jsonb, goal jsonb, outcome text not null, reason text) on commit drop`);
  // Contacts are locked before they are judged, so that nobody mails or edits one in between.
  await tx.execute(sql`
    select c.id from contacts c where c.id = any (array(${sliceOf(importId, size, sql`e.contact_id`)})) order by c.id for update`);
  const rows = await tx.execute(sql`
    with ${judged(importId, sql`and e.id = any (array(${sliceOf(importId, size, sql`e.id`)}))`)}
    insert into undoing select event_id, contact_id, event_type, fields, tags_added, segments_added, was, goal, outcome, reason from plan
    returning event_id`);
  await tx.execute(sql`analyze undoing`);
  return rows.length;
}

const sliceOf = (importId: string, size: number, column: SQL) => sql`
  select ${column} from import_events e where e.import_job_id = ${importId}::uuid and e.undone_at is null order by e.id limit ${size}`;

/** Gives back each field that still holds what the import wrote. */
async function restoreFields(tx: TenantTx): Promise<void> {
  const standard = contactFields.map(
    (
      field,
    ) => sql`${column(field)} = case when p.goal -> ${field.name}::text is distinct from p.was -> ${field.name}::text
      and ${asText(field, "c")} is not distinct from p.goal ->> ${field.name}::text
      then ${asStored(field, sql`p.was ->> ${field.name}::text`)} else c.${column(field)} end`,
  );
  await tx.execute(sql`
    update contacts c set ${sql.join(standard, sql`, `)},
      custom_fields = coalesce((
        select jsonb_object_agg(v.key, v.value) from (
          select f.key, case when p.goal -> 'custom_fields' -> f.key is distinct from p.was -> 'custom_fields' -> f.key
            and f.value is not distinct from p.goal -> 'custom_fields' -> f.key then p.was -> 'custom_fields' -> f.key else f.value end as value
          from jsonb_each(c.custom_fields) f) v
        where v.value is not null), '{}'::jsonb),
      version = c.version + 1, updated_at = app_now()
    from undoing p where p.contact_id = c.id and p.outcome = 'restore'
      and c.id = any (array(select contact_id from undoing where outcome = 'restore'))`);
}

async function takeTagsAndLists(tx: TenantTx, importId: string): Promise<void> {
  await tx.execute(sql`
    delete from contact_tags ct using undoing p where ct.contact_id = p.contact_id and ct.tag_id = any (p.tags_added)
      and ct.contact_id = any (array(select contact_id from undoing))`);
  await tx.execute(sql`
    with gone as (
      delete from segment_contacts sc using undoing p
      where sc.contact_id = p.contact_id and sc.segment_id = any (p.segments_added) and sc.import_job_id = ${importId}::uuid
        and sc.contact_id = any (array(select contact_id from undoing))
      returning sc.segment_id)
    update segments s set contact_count = greatest(0, s.contact_count - g.count), updated_at = app_now()
    from (select segment_id, count(*)::int as count from gone group by segment_id) g where g.segment_id = s.id`);
}

/** Takes away the list, tags and custom fields that the import made and nobody else uses, and ends the undo. */
export async function finishUndo(scope: Scope, importId: string, fence: number): Promise<void> {
  await withTenant(scope, async (tx) => {
    if (!(await holds(tx, driverOf(importId), fence))) return;
    const job = await getImportJob(tx, importId, true);
    if (job.status !== "rolling_back") return;
    const made = job.import_options.made;
    if (made) await removeMade(tx, made);
    const rows = await tx.execute<{ outcome: string; reason: string | null; count: number }>(sql`
      select split_part(undo_outcome, ':', 1) as outcome, nullif(split_part(undo_outcome, ':', 2), '') as reason, count(*)::int as count
      from import_events where import_job_id = ${importId}::uuid and undone_at is not null group by 1, 2`);
    await tx.execute(sql`
      update import_jobs set status = 'rolled_back', can_rollback = false, rolled_back_at = app_now(), updated_at = app_now(),
        rollback_report = ${JSON.stringify(reportOf(rows))}::jsonb where id = ${importId}::uuid`);
    await tellEnd(tx, importId);
    await yieldUntil(tx, driverOf(importId), fence, { until: null });
  });
}

async function removeMade(tx: TenantTx, made: Made): Promise<void> {
  await tx.execute(sql`
    delete from tags t where t.id = any (${sql.param(made.tags)}::uuid[])
      and not exists (select 1 from contact_tags ct where ct.tag_id = t.id)`);
  await tx.execute(sql`
    delete from custom_field_definitions d where d.id = any (${sql.param(made.fields)}::uuid[])
      and not exists (select 1 from contacts c where jsonb_exists(c.custom_fields, d.field_name))`);
  if (!made.listId) return;
  await tx.execute(sql`
    delete from segments s where s.id = ${made.listId}::uuid
      and not exists (select 1 from segment_contacts sc where sc.segment_id = s.id)
      and not exists (select 1 from campaigns k where k.segment_id = s.id or strpos(k.audience::text, s.id::text) > 0)`);
}

export type KeptContact = { email: string; contactId: string | null; reason: string; fields: string[] };

/** The contacts an undo kept, wholly or in part, with what stands in the way. */
export async function listKept(tx: TenantTx, importId: string, limit = 200): Promise<KeptContact[]> {
  const rows = await tx.execute<{ email: string; contact_id: string | null; outcome: string }>(sql`
    select contact_email as email, contact_id, undo_outcome as outcome from import_events
    where import_job_id = ${importId}::uuid and undone_at is not null and strpos(undo_outcome, ':') > 0 order by id limit ${limit}`);
  return rows.map(({ email, contact_id: contactId, outcome }) => {
    const [, reason = "", fields = ""] = outcome.split(":");
    return { email, contactId, reason, fields: fields === "" ? [] : fields.split(",") };
  });
}
