import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { holds, yieldUntil } from "#server/drivers/mutations";
import { notify } from "#server/notifications/mutations";
import { driverOf } from "./mutations.ts";
import { fileDays } from "./schema.ts";

/** An export as its run knows it. */
export type RunningExport = { id: string; fence: number; scope: Scope; leaseSeconds: number };

/** Where the files of an export lie, one for each run that wrote one. */
export const folderOf = ({ tenantId, workspaceId }: Scope, id: string) =>
  `${tenantId}/${workspaceId}/exports/${id}`;

const turnOf = (workspaceId: string) => sql`hashtext(${`exports:${workspaceId}`})`;

/** No export begins until this transaction has ended, and those that begin then see what it did. */
export const holdOffExports = (tx: TenantTx, workspaceId: string) =>
  tx.execute(sql`select pg_advisory_xact_lock(${turnOf(workspaceId)})`);

/** Waits for whoever holds exports off. */
export const awaitTurn = (tx: TenantTx, workspaceId: string) =>
  tx.execute(sql`select pg_advisory_xact_lock_shared(${turnOf(workspaceId)})`);

/** The export was cancelled, or another run took it over: there is nothing left to do for this one. */
export class Superseded extends Error {}

/** Says how far the file is, in a transaction of its own that is seen at once. Throws `Superseded`. */
export async function noteProgress(
  { id, fence, scope, leaseSeconds }: RunningExport,
  { done, total }: { done: number; total?: number },
): Promise<void> {
  await withTenant(scope, async (tx) => {
    if (!(await holds(tx, driverOf(id), fence, leaseSeconds))) throw new Superseded();
    const rows = await tx.execute(sql`
      update export_jobs set processed_contacts = ${done}, total_contacts = coalesce(${total ?? null}, total_contacts)
      where id = ${id}::uuid and status = 'processing' returning id`);
    if (rows.length === 0) throw new Superseded();
  });
}

type Written = { key: string; sizeBytes: number; contacts: number; takenAt: Date };

/** How many contacts are in the file, when it is there already: the run died after its last commit, and is tried again. */
export async function findFinished(tx: TenantTx, id: string, key: string): Promise<number | null> {
  const [job] = await tx.execute<{ total: number }>(sql`
    select total_contacts as total from export_jobs
    where id = ${id}::uuid and status = 'completed' and file_url = ${key}`);
  return job?.total ?? null;
}

/** Says that the file is there, and tells who asked. False when nobody will ask for it: the run was superseded. */
export async function finishExport(
  tx: TenantTx,
  { id, fence }: RunningExport,
  { key, sizeBytes, contacts, takenAt }: Written,
): Promise<boolean> {
  if (!(await holds(tx, driverOf(id), fence))) return false;
  const [job] = await tx.execute<{ what: string; format: string; created_by: string | null }>(sql`
    select scope_snapshot ->> 'what' as what, file_format as format, created_by
    from export_jobs where id = ${id}::uuid and status = 'processing'`);
  if (!job) return false;
  await tx.execute(sql`
    update export_jobs set status = 'completed', file_url = ${key}, file_size = ${sizeBytes}, total_contacts = ${contacts},
      processed_contacts = ${contacts}, file_name = ${fileName(job.what, takenAt, job.format)}, completed_at = app_now(),
      snapshot_at = ${takenAt.toISOString()}::timestamptz,
      expires_at = app_now() + make_interval(days => ${fileDays}), updated_at = app_now()
    where id = ${id}::uuid`);
  await yieldUntil(tx, driverOf(id), fence, { until: null });
  await notify(tx, {
    userId: job.created_by,
    type: "export.completed",
    title: `The export of ${job.what} is ready`,
    body: `${contacts.toLocaleString("en")} ${contacts === 1 ? "contact" : "contacts"} to download within ${fileDays} days.`,
    path: "/exports",
  });
  return true;
}

/** list-vip-2026-11-21T05-38-00Z.csv: what it is of, and the moment it shows. */
export function fileName(what: string, takenAt: Date, format: string): string {
  const plain = what
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${plain || "contacts"}-${takenAt.toISOString().slice(0, 19).replaceAll(":", "-")}Z.${format}`;
}
