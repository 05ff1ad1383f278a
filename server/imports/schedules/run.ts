import { sql } from "drizzle-orm";
import { v5 } from "uuid";
import { withoutTenant } from "#db/client";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { importRequested, onceId } from "#inngest/events";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { sendSystemMail } from "#server/mail/system";
import { notify } from "#server/notifications/mutations";
import { storage } from "#server/storage";
import { announce } from "../announce.ts";
import { type Fetched, fetchInto } from "../fetch.ts";
import { folderOf } from "../file.ts";
import type { FileFormat } from "../formats/format.ts";
import { lookAtFile } from "../formats/look.ts";
import { refused } from "../formats/refusal.ts";
import { storedSource } from "../formats/source.ts";
import { hashOfHeaders } from "../memory.ts";
import { startImport } from "../mutations.ts";
import { partBytes } from "../schema.ts";
import { nextRun, openSecret } from "./mutations.ts";
import { type DueSchedule, findDueSchedule } from "./queries.ts";
import { failuresTold } from "./schema.ts";

export type Due = { tenantId: string; workspaceId: string; scheduleId: string };

/** Schedules whose time has come, of all tenants. */
export async function listDueSchedules(): Promise<Due[]> {
  const rows = await withoutTenant((tx) =>
    tx.execute<{ tenant_id: string; workspace_id: string; id: string }>(
      sql`select * from due_import_schedules()`,
    ),
  );
  return rows.map(({ tenant_id, workspace_id, id }) => ({
    tenantId: tenant_id,
    workspaceId: workspace_id,
    scheduleId: id,
  }));
}

export type RunOutcome = "not due" | "unchanged" | "started" | "failed";

/** Imports of schedules take their ids from the schedule and its moment: a run that died is followed by the same one. */
const namespace = "0b8f1c4e-6a53-5d0e-9c1b-8f6f0f3a7d21";

/**
 * Fetches the file of a schedule that is due and starts its import; does nothing for a file that is the one of last time.
 * A file with other columns than expected fails before anything is written. `last` says that no further try follows, so
 * that a server which cannot be reached is a failure too.
 */
export async function runSchedule(
  scope: Scope,
  id: string,
  { last, ...remote }: { last: boolean; allowPrivate?: boolean },
): Promise<RunOutcome> {
  const schedule = await withTenant(scope, (tx) => findDueSchedule(tx, id));
  if (!schedule?.enabled || schedule.dueAt === null) return "not due";
  const importId = v5(`${id}:${schedule.dueAt.toISOString()}`, namespace);
  const folder = folderOf(scope, importId);
  try {
    const { url, header } = openSecret(scope, id, schedule.secret);
    const headers = header ? { [header.name]: header.value } : {};
    const fetched = await fetchInto(folder, url, { headers, ...remote });
    // What failed the last time is tried again, though the file is the same.
    if (fetched.fileHash === schedule.lastFileHash && schedule.lastStatus !== "failed") {
      await storage.removeFolder(folder);
      await withTenant(scope, (tx) => settle(tx, schedule, { fileHash: fetched.fileHash }));
      return "unchanged";
    }
    const { format } = await lookAtFile(
      storedSource({ folder, sizeBytes: fetched.sizeBytes }),
      fetched.fileName,
      schedule.config.choice,
    );
    mustHaveColumns(format.headers, schedule.config.headers);
    const fence = await withTenant(scope, (tx) => begin(tx, { schedule, importId, folder, fetched, format }));
    await announceStart(scope, importId, fence);
    return "started";
  } catch (error) {
    if (!(error instanceof AppError) || (error.code === "unavailable" && !last)) throw error;
    await storage.removeFolder(folder);
    await fail(scope, schedule, error.message);
    return "failed";
  }
}

/** Refuses a file whose columns are not those that were mapped: a shifted column would land in the wrong field. */
function mustHaveColumns(found: readonly string[], expected: readonly string[]): void {
  if (found.length === expected.length && found.every((name, at) => name === expected[at])) return;
  const named = (names: string[]) => names.map((name) => `"${name}"`).join(", ");
  const missing = expected.filter((name) => !found.includes(name));
  const added = found.filter((name) => !expected.includes(name));
  const what = [
    missing.length > 0 && `${named(missing)} missing`,
    added.length > 0 && `${named(added)} new`,
    missing.length + added.length === 0 && "their order is another",
  ].filter((part) => part !== false);
  throw refused(
    `The columns of the file have changed: ${what.join(", ")}. Nothing was imported. Import the file once by hand, and let the schedule take over its columns.`,
  );
}

type Begun = {
  schedule: DueSchedule;
  importId: string;
  folder: string;
  fetched: Fetched;
  format: FileFormat;
};

async function begin(
  tx: TenantTx,
  { schedule, importId, folder, fetched, format }: Begun,
): Promise<number | null> {
  const stored = { parts: Math.ceil(fetched.sizeBytes / partBytes), format };
  await tx.execute(sql`
    insert into import_jobs (id, source, schedule_id, file_name, file_size, file_url, file_hash, header_hash, file_format,
      field_mapping, import_options, status, created_by)
    values (${importId}::uuid, 'scheduled', ${schedule.id}::uuid, ${fetched.fileName}, ${fetched.sizeBytes}, ${folder},
      ${fetched.fileHash}, ${hashOfHeaders(format.headers)}, ${JSON.stringify(stored)}::jsonb,
      ${JSON.stringify(schedule.mapping)}::jsonb, ${JSON.stringify(schedule.options)}::jsonb, 'awaiting_confirmation',
      ${schedule.createdBy}::uuid)
    on conflict (id) do nothing`);
  const fence = await startImport(tx, importId, schedule.createdBy);
  await settle(tx, schedule, { fileHash: fetched.fileHash });
  return fence;
}

async function announceStart(
  { tenantId, workspaceId }: Scope,
  importId: string,
  fence: number | null,
): Promise<void> {
  if (fence === null || workspaceId === "*") return;
  const once = { id: onceId(importRequested, importId, fence) };
  await announce(importRequested.create({ tenantId, workspaceId, importId, fence }, once));
}

async function settle(
  tx: TenantTx,
  schedule: DueSchedule,
  { fileHash, problem = null }: { fileHash: string | null; problem?: string | null },
): Promise<void> {
  const next = await nextRun(tx, schedule);
  await tx.execute(sql`
    update import_schedules set last_run_at = app_now(), next_run_at = ${next.toISOString()}::timestamptz,
      problem = ${problem}, failures = ${problem === null ? 0 : schedule.failures + 1}, last_file_hash = ${fileHash},
      updated_at = app_now()
    where id = ${schedule.id}::uuid`);
}

/** Notes a failure; after the third in a row people are told, once. */
async function fail(scope: Scope, schedule: DueSchedule, problem: string): Promise<void> {
  const tell = schedule.failures + 1 === failuresTold;
  await withTenant(scope, async (tx) => {
    await settle(tx, schedule, { fileHash: schedule.lastFileHash, problem });
    if (!tell) return;
    await notify(tx, {
      userId: schedule.createdBy,
      type: "import.failed",
      title: `The scheduled import ${schedule.name} failed ${failuresTold} times in a row`,
      body: problem,
      path: "/imports",
    });
  });
  if (!tell || !schedule.notifyEmail) return;
  const text = `The scheduled import "${schedule.name}" failed ${failuresTold} times in a row:\n\n${problem}\n\nIt goes on trying at its times.`;
  const to = { name: "", email: schedule.notifyEmail };
  await sendSystemMail({ to, subject: `Scheduled import failing: ${schedule.name}`, text }).catch(
    // The failure is noted and shown; a mail server that is down must not count it again.
    (error: unknown) => log.warn({ err: error, scheduleId: schedule.id }, "no mail about a failing schedule"),
  );
}
