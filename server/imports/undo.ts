import { type SQL, sql } from "drizzle-orm";
import { postgresError } from "#db/errors";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { holds, wakeNow, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { asStored, asText, column, contactFields } from "./contact-fields.ts";
import { driverOf } from "./mutations.ts";
import { getImport, getImportJob } from "./queries.ts";
import { tellEnd } from "./tell.ts";
import { removeMade } from "./undo-made.ts";
import { flat, judged, reportOf } from "./undo-plan.ts";

/** Contacts that one transaction of an undo takes back. */
export const undoSlice = 5000;
const leaseSeconds = 300;

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
 * after a crash it goes on with the rest. What the database refuses is tried in smaller portions, until the contact that
 * is in the way is found and filed as failed. True when there is nothing left.
 */
export async function undoNext(
  scope: Scope,
  importId: string,
  fence: number,
  size = undoSlice,
): Promise<{ done: boolean }> {
  try {
    return await withTenant(scope, (tx) => undoSome(tx, importId, fence, size), {
      statementTimeoutMs: 120_000,
    });
  } catch (error) {
    const refusal = postgresError(error);
    if (!refusal || !/^(2[23]|P0)/.test(refusal.code)) throw error;
    if (size > 1) return undoNext(scope, importId, fence, Math.ceil(size / 20));
    log.error({ importId, err: error }, "a contact could not be taken back");
    return withTenant(scope, (tx) => fileFailed(tx, importId, fence));
  }
}

async function undoSome(
  tx: TenantTx,
  importId: string,
  fence: number,
  size: number,
): Promise<{ done: boolean }> {
  if (!(await isOurs(tx, importId, fence))) return { done: true };
  const count = await planSlice(tx, importId, size);
  await rebaseLater(tx, importId);
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
  await countUndone(tx, importId, count);
  return { done: count < size };
}

async function isOurs(tx: TenantTx, importId: string, fence: number): Promise<boolean> {
  if (!(await holds(tx, driverOf(importId), fence, leaseSeconds))) return false;
  const job = await getImportJob(tx, importId, true);
  return job.status === "rolling_back";
}

const countUndone = (tx: TenantTx, importId: string, count: number) =>
  tx.execute(
    sql`update import_jobs set processed_rows = processed_rows + ${count}, updated_at = app_now() where id = ${importId}::uuid`,
  );

async function fileFailed(tx: TenantTx, importId: string, fence: number): Promise<{ done: boolean }> {
  if (!(await isOurs(tx, importId, fence))) return { done: true };
  await tx.execute(sql`
    update import_events set undone_at = app_now(), undo_outcome = 'fail:refused'
    where id = any (array(${sliceOf(importId, 1, sql`e.id`)}))`);
  await countUndone(tx, importId, 1);
  return { done: false };
}

/**
 * A later import that found what this one wrote would one day give that back: from now on it gives back what was there
 * before this one. So imports can be undone in any order, and the end is the same.
 */
async function rebaseLater(tx: TenantTx, importId: string): Promise<void> {
  const [later] = await tx.execute(
    sql`select 1 from import_jobs where id <> ${importId}::uuid
      and started_at >= (select started_at from import_jobs where id = ${importId}::uuid) limit 1`,
  );
  if (!later) return;
  await tx.execute(sql`
    update import_events x set previous_data = (
      select coalesce(jsonb_object_agg(v.key, v.value) filter (where not starts_with(v.key, 'custom.')), '{}'::jsonb)
        || case when jsonb_exists(x.previous_data, 'custom_fields') then jsonb_build_object('custom_fields', coalesce(
          jsonb_object_agg(substr(v.key, 8), v.value) filter (where starts_with(v.key, 'custom.')), '{}'::jsonb)) else '{}'::jsonb end
      from (select ${flat(sql`x.previous_data`)} as then, ${flat(sql`p.goal`)} as wrote, ${flat(sql`p.was`)} as before) f,
        lateral (
          select k.key, case when f.then -> k.key is not distinct from f.wrote -> k.key then f.before -> k.key else f.then -> k.key end as value
          from jsonb_object_keys(f.then) k(key)) v
      where v.value is not null)
    from undoing p
    where x.contact_id = p.contact_id and p.event_type = 'updated' and x.import_job_id <> ${importId}::uuid and x.undone_at is null
      and x.previous_data is not null and x.id > p.event_id
      and x.contact_id = any (array(select contact_id from undoing where event_type = 'updated'))`);
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
    if (made) await removeMade(tx, importId, made);
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
