import { sql } from "drizzle-orm";
import { z } from "zod";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { nextMatches } from "#server/contacts/listing";
import { contactSelection, type ContactSelection } from "#server/contacts/schema";
import { handOver, holds, takeOver, yieldUntil } from "#server/drivers/mutations";
import { log } from "#server/log";
import { applyChange, type Failure } from "./apply.ts";
import { driverOf, endEdit } from "./mutations.ts";
import { contactChange } from "./schema.ts";

/** Contacts that one transaction changes. */
export const sliceContacts = 2000;
const leaseSeconds = 300;

/** Makes this run the edit's driver; its fence, or null when another is at work or it has ended. */
export async function takeContactEdit(scope: Scope, id: string, runId: string): Promise<number | null> {
  return withTenant(scope, async (tx) => {
    const fence = await takeOver(tx, driverOf(id), { runId, leaseSeconds });
    if (fence === null) return null;
    const rows = await tx.execute(sql`
      update contact_edits set status = 'processing', started_at = coalesce(started_at, app_now()), updated_at = app_now()
      where id = ${id}::uuid and status in ('pending', 'processing') returning id`);
    return rows.length > 0 ? fence : null;
  });
}

type Job = {
  change: unknown;
  selection: unknown;
  checkpoint_id: string | null;
  last_id: string | null;
  created_by: string | null;
};

/**
 * Changes the next contacts behind the checkpoint and moves it, in one transaction: run again after a crash it finds
 * both done, or neither. Whom a filter means is decided as the edit comes to them; contacts made since it was asked for
 * are not meant. True when nobody is left.
 */
export async function editSlice(
  scope: Scope,
  id: string,
  fence: number,
  size = sliceContacts,
): Promise<{ done: boolean; contacts: number }> {
  return withTenant(scope, (tx) => workOnSlice(tx, { id, fence, size }), { statementTimeoutMs: 120_000 });
}

async function workOnSlice(
  tx: TenantTx,
  { id, fence, size }: { id: string; fence: number; size: number },
): Promise<{ done: boolean; contacts: number }> {
  if (!(await holds(tx, driverOf(id), fence, leaseSeconds))) return { done: true, contacts: 0 };
  const [job] = await tx.execute<Job>(sql`
    select change, selection, checkpoint_id, last_id, created_by from contact_edits
    where id = ${id}::uuid and status = 'processing'`);
  if (!job) return { done: true, contacts: 0 };
  const { ids, missing, last } = await nextContacts(tx, job, size);
  if (last === undefined) {
    await finish(tx, id, fence);
    return { done: true, contacts: 0 };
  }
  const change = contactChange.parse(job.change);
  const applied =
    ids.length > 0
      ? await applyChange(tx, change, { ids, actorId: job.created_by })
      : { changed: 0, failures: [] };
  const gone = missing.map((contactId) => ({
    contactId,
    email: null,
    reason: "The contact was deleted meanwhile.",
  }));
  const failures = [...applied.failures, ...gone];
  await keepFailures(tx, id, failures);
  const processed = ids.length + missing.length;
  await tx.execute(sql`
    update contact_edits set checkpoint_id = ${last}::uuid, processed_contacts = processed_contacts + ${processed},
      changed_count = changed_count + ${applied.changed}, failed_count = failed_count + ${failures.length},
      unchanged_count = unchanged_count + ${processed - applied.changed - failures.length}, updated_at = app_now()
    where id = ${id}::uuid`);
  return { done: false, contacts: processed };
}

/** `last` is where the slice ends, which may be a contact that is not meant; undefined when nobody is left. */
type Slice = { ids: string[]; missing: string[]; last: string | undefined };

/** The next contacts in the order of their ids, and, of picked ones, those that are there no more. */
async function nextContacts(tx: TenantTx, job: Job, size: number): Promise<Slice> {
  const selection: ContactSelection = contactSelection.parse(job.selection);
  if ("ids" in selection) {
    const next = [...new Set(selection.ids.map((one) => one.toLowerCase()))]
      .sort()
      .filter((one) => job.checkpoint_id === null || one > job.checkpoint_id)
      .slice(0, size);
    const found = await tx.execute<{ id: string }>(sql`
      select id from contacts where id = any(${sql.param(next)}::uuid[]) and deleted_at is null order by id`);
    const there = new Set(found.map(({ id }) => id));
    return { ids: [...there], missing: next.filter((one) => !there.has(one)), last: next.at(-1) };
  }
  const excepted = new Set(selection.except?.map((one) => one.toLowerCase()));
  const { ids, last } = await nextMatches(tx, selection.filter, {
    behind: job.checkpoint_id,
    upto: job.last_id,
    limit: size,
  });
  return { ids: ids.filter((one) => !excepted.has(one)), missing: [], last: last ?? undefined };
}

async function keepFailures(tx: TenantTx, id: string, failures: readonly Failure[]): Promise<void> {
  if (failures.length === 0) return;
  await tx.execute(sql`
    insert into contact_edit_failures (contact_edit_id, contact_id, contact_email, reason)
    select ${id}::uuid, f.* from unnest(${sql.param(failures.map((one) => one.contactId))}::uuid[],
      ${sql.param(failures.map((one) => one.email))}::text[], ${sql.param(failures.map((one) => one.reason))}::text[]) as f`);
}

async function finish(tx: TenantTx, id: string, fence: number): Promise<void> {
  await tx.execute(sql`
    update contact_edits set status = 'completed', total_contacts = processed_contacts, completed_at = app_now(),
      updated_at = app_now() where id = ${id}::uuid and status = 'processing'`);
  await yieldUntil(tx, driverOf(id), fence, { until: null });
}

/** Gives the edit to a fresh run: the fence its event carries, or null when another has it. */
export const handOverContactEdit = (scope: Scope, id: string, fence: number): Promise<number | null> =>
  withTenant(scope, (tx) => handOver(tx, driverOf(id), fence));

const failedEvent = z.object({ tenantId: z.uuid(), workspaceId: z.uuid(), editId: z.uuid() });

/** Ends the edit in failure when its run has used up its retries. `data` is the payload of the event that started it. */
export async function markContactEditFailed(data: unknown, error: Error): Promise<void> {
  const { tenantId, workspaceId, editId } = failedEvent.parse(data);
  log.error({ editId, err: error }, "edit of contacts gave up");
  const problem =
    error.name === "AppError"
      ? error.message
      : "The edit stopped because of a fault on our side, after several tries. What was changed stays changed; start it again for the others.";
  await withTenant({ tenantId, workspaceId }, (tx) => endEdit(tx, editId, { status: "failed", problem }));
}
