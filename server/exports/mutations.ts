import { sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { notify } from "#server/notifications/mutations";
import { allCustomFields, type ExportInput, type ExportOf } from "./schema.ts";
import { describeSelected, exportPredicate } from "./selection.ts";

export const driverOf = (id: string) => ({ table: "export_jobs" as const, id });

const typeOf: Record<ExportOf["kind"], string> = {
  all: "full",
  segment: "segment",
  rules: "filtered",
  filter: "filtered",
  selection: "selection",
};

/** Asks for an export; the fence of its event, or null when this key asked before. */
export async function createExport(
  tx: TenantTx,
  input: ExportInput,
  scope: Scope,
): Promise<{ id: string; fence: number | null }> {
  const { of, fields } = input;
  const what = await describeSelected(tx, of);
  // What cannot be selected is refused now, not by the run.
  await exportPredicate(tx, input);
  const made = await tx.execute(sql`
    insert into export_jobs (id, export_type, segment_id, filters, scope_snapshot, selected_fields, include_custom_fields,
      include_engagement, left_out, file_format, created_by)
    values (${input.key}::uuid, ${typeOf[of.kind]}, ${of.kind === "segment" ? of.segmentId : null}::uuid,
      ${JSON.stringify(of)}::jsonb, ${JSON.stringify({ what })}::jsonb, ${JSON.stringify(fields)}::jsonb,
      ${fields.some((name) => name.startsWith(allCustomFields))}, ${fields.some((name) => name.startsWith("emails_"))},
      ${sql.param(input.leaveOut)}::text[], ${input.format}, ${scope.userId ?? null}::uuid)
    on conflict (id) do nothing returning id`);
  if (made.length === 0) {
    const [known] = await tx.execute(sql`select 1 from export_jobs where id = ${input.key}::uuid`);
    if (!known)
      throw new AppError("conflict", "This export cannot be started. Reload the page and try again.");
    return { id: input.key, fence: null };
  }
  await recordAct(tx, {
    actorId: scope.userId ?? null,
    action: "export.requested",
    resourceType: "export",
    resourceId: input.key,
    after: { what, format: input.format, fields, leaveOut: input.leaveOut },
  });
  return { id: input.key, fence: await wakeNow(tx, driverOf(input.key)) };
}

/** Stops an export that is waiting or being written; its run notices within some thousand rows. */
export async function cancelExport(tx: TenantTx, id: string, actorId: string | null): Promise<void> {
  const rows = await tx.execute(sql`
    update export_jobs set status = 'cancelled', completed_at = app_now(), updated_at = app_now(),
      fence = fence + 1, run_id = null, lease_until = null, wakes_at = null
    where id = ${id}::uuid and status in ('pending', 'processing') returning id`);
  if (rows.length === 0) {
    const [job] = await tx.execute<{ status: string }>(
      sql`select status from export_jobs where id = ${id}::uuid`,
    );
    if (!job) throw new AppError("not_found", "No such export.");
    // Pressed twice, or a moment too late.
    if (job.status === "cancelled") return;
    throw new AppError("conflict", "This export has ended already.");
  }
  await recordAct(tx, { actorId, action: "export.cancelled", resourceType: "export", resourceId: id });
}

/** Ends an export in failure, with a sentence for the person who asked for it. */
export async function failExport(tx: TenantTx, id: string, sentence: string): Promise<void> {
  const [failed] = await tx.execute<{ what: string; created_by: string | null }>(sql`
    update export_jobs set status = 'failed', problem = ${sentence}, completed_at = app_now(), updated_at = app_now(),
      fence = fence + 1, run_id = null, lease_until = null, wakes_at = null
    where id = ${id}::uuid and status in ('pending', 'processing')
    returning scope_snapshot ->> 'what' as what, created_by`);
  if (!failed) return;
  await notify(tx, {
    userId: failed.created_by,
    type: "export.failed",
    title: `The export of ${failed.what} failed`,
    body: sentence,
    path: "/exports",
  });
}

/** Notes who downloaded an export. */
export async function recordDownload(tx: TenantTx, id: string, actorId: string | null): Promise<void> {
  await recordAct(tx, { actorId, action: "export.downloaded", resourceType: "export", resourceId: id });
}
