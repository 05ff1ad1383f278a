import { sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { ruleContext } from "#server/segments/queries";
import type { ExportInput } from "./schema.ts";

export const driverOf = (id: string) => ({ table: "export_jobs" as const, id });

/** Asks for an export; the fence of its event, or null when this key asked before. */
export async function createExport(
  tx: TenantTx,
  input: ExportInput,
  scope: Scope,
): Promise<{ id: string; fence: number | null }> {
  const what = await described(tx, input);
  const type = input.segmentId ? "segment" : input.rules ? "filtered" : "full";
  const made = await tx.execute(sql`
    insert into export_jobs (id, export_type, segment_id, filters, scope_snapshot, include_custom_fields, created_by)
    values (${input.key}::uuid, ${type}, ${input.segmentId ?? null}::uuid, ${input.rules ? JSON.stringify(input.rules) : null}::jsonb,
      ${JSON.stringify({ what })}::jsonb, ${input.includeCustomFields}, ${scope.userId ?? null}::uuid)
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
    after: { what },
  });
  return { id: input.key, fence: await wakeNow(tx, driverOf(input.key)) };
}

async function described(tx: TenantTx, { segmentId, rules }: ExportInput): Promise<string> {
  if (rules) await ruleContext(tx, rules);
  if (!segmentId) return rules ? "Contacts by rules" : "All contacts";
  const [segment] = await tx.execute<{ name: string; segment_type: string }>(
    sql`select name, segment_type from segments where id = ${segmentId}::uuid`,
  );
  if (!segment) throw new AppError("not_found", "No such list or segment.");
  return `${segment.segment_type === "static" ? "List" : "Segment"} "${segment.name}"`;
}

/** Ends an export in failure, with a sentence for the person who asked for it. */
export async function failExport(tx: TenantTx, id: string, sentence: string): Promise<void> {
  await tx.execute(sql`
    update export_jobs set status = 'failed', problem = ${sentence}, completed_at = app_now(), updated_at = app_now(),
      fence = fence + 1, run_id = null, lease_until = null, wakes_at = null
    where id = ${id}::uuid and status in ('pending', 'processing')`);
}

/** Notes who downloaded an export. */
export async function recordDownload(tx: TenantTx, id: string, actorId: string | null): Promise<void> {
  await recordAct(tx, { actorId, action: "export.downloaded", resourceType: "export", resourceId: id });
}
