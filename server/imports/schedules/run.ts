import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { withoutTenant } from "#db/client";
import { appNow } from "#db/clock";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { importRequested, onceId } from "#inngest/events";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { notify } from "#server/notifications/mutations";
import { foldedName } from "#server/segments/names";
import { storage } from "#server/storage";
import { announce } from "../announce.ts";
import { discard, type Fetched, fetchInto } from "../fetch.ts";
import { folderOf } from "../file.ts";
import type { FileFormat } from "../formats/format.ts";
import { lookAtFile } from "../formats/look.ts";
import { refused } from "../formats/refusal.ts";
import { storedSource } from "../formats/source.ts";
import { hashOfHeaders } from "../memory.ts";
import { requestCheck } from "../mutations.ts";
import { type ImportOptions, partBytes } from "../schema.ts";
import { countFailure, forgetFailures, sendAlarm } from "./failures.ts";
import { nextRun, openSecret } from "./mutations.ts";
import { type DueSchedule, findDueSchedule } from "./queries.ts";
import { lateMaxHours } from "./schema.ts";

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

export type RunOutcome = "not due" | "missed" | "unchanged" | "started" | "failed";

/**
 * Imports of schedules take their ids from the schedule and its moment: a run that died is followed by the same one, and
 * they stand in order of time like all others.
 */
const importIdOf = (scheduleId: string, dueAt: Date) =>
  v7({
    msecs: dueAt.getTime(),
    seq: 0,
    random: createHash("sha256").update(`${scheduleId}:${dueAt.toISOString()}`).digest().subarray(0, 16),
  });

/**
 * Fetches the file of a schedule that is due and calls for its dry run, which the import follows when the file is within
 * the limits of the schedule; does nothing for a file that is the one of last time. A file with other columns than expected
 * fails before anything is written. `last` says that no further try follows, so
 * that a server which cannot be reached is a failure too. A moment that is long past is passed over.
 */
export async function runSchedule(
  scope: Scope,
  id: string,
  { last, ...remote }: { last: boolean; allowPrivate?: boolean },
): Promise<RunOutcome> {
  const schedule = await withTenant(scope, (tx) => findDueSchedule(tx, id));
  if (!schedule?.enabled || schedule.dueAt === null) return "not due";
  const { dueAt } = schedule;
  if (await withTenant(scope, (tx) => missed(tx, schedule, dueAt))) return "missed";
  const importId = importIdOf(id, dueAt);
  let fetched: Fetched | null = null;
  try {
    const { url, header } = openSecret(scope, id, schedule.secret);
    const headers = header ? { [header.name]: header.value } : {};
    fetched = await fetchInto(folderOf(scope, importId), url, { headers, ...remote });
    // What failed the last time is tried again, though the file is the same.
    if (fetched.fileHash === schedule.lastFileHash && schedule.lastStatus !== "failed") {
      await storage.removeFolder(fetched.folder);
      const { fileHash } = fetched;
      await withTenant(scope, async (tx) => {
        await settle(tx, schedule, fileHash);
        await forgetFailures(tx, id);
      });
      return "unchanged";
    }
    const { format } = await lookAtFile(storedSource(fetched), fetched.fileName, schedule.config.choice);
    mustHaveColumns(format.headers, schedule.config.headers);
    const begun = { schedule, importId, fetched, format };
    const fence = await withTenant(scope, (tx) => begin(tx, begun));
    await announceStart(scope, importId, fence);
    return "started";
  } catch (error) {
    const expected = error instanceof AppError;
    if (!last && (!expected || error.code === "unavailable")) throw error;
    // A fault may have struck behind the commit: then the files are the import's, else the nightly clean-up finds them.
    if (expected && fetched) await discard(fetched.folder);
    if (!expected) log.error({ scheduleId: id, err: error }, "scheduled import gave up");
    await fail(scope, schedule, expected ? error.message : fault);
    return "failed";
  }
}

/** Passes over a moment that is long past, and tells whoever made the schedule, who may run it by hand. */
async function missed(tx: TenantTx, schedule: DueSchedule, dueAt: Date): Promise<boolean> {
  const now = await appNow(tx);
  if (now.getTime() - dueAt.getTime() <= lateMaxHours * 3_600_000) return false;
  const next = await nextRun(tx, schedule);
  const moved = await tx.execute(sql`
    update import_schedules set next_run_at = ${next.toISOString()}::timestamptz, updated_at = app_now()
    where id = ${schedule.id}::uuid and next_run_at = ${dueAt.toISOString()}::timestamptz returning id`);
  if (moved.length === 0) return true;
  const at = (moment: Date) =>
    moment.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: schedule.timezone });
  await notify(tx, {
    userId: schedule.createdBy,
    type: "import_schedule.missed",
    title: `The scheduled import ${schedule.name} missed its time`,
    body: `It was to run on ${at(dueAt)}, while nothing was running, and more than ${lateMaxHours} hours late it is not made up for by itself. Run it now if that still fits; its next time is ${at(next)}.`,
    path: `/imports/schedules/${schedule.id}`,
  });
  return true;
}

const fault =
  "The import could not be started because of a fault on our side, after several tries. It is tried again at its next time.";

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

type Begun = { schedule: DueSchedule; importId: string; fetched: Fetched; format: FileFormat };

async function begin(tx: TenantTx, { schedule, importId, fetched, format }: Begun): Promise<number | null> {
  const stored = { parts: Math.ceil(fetched.sizeBytes / partBytes), format };
  const options = await ontoListOfName(tx, schedule.options);
  await tx.execute(sql`
    insert into import_jobs (id, source, schedule_id, file_name, file_size, file_url, file_hash, header_hash, file_format,
      field_mapping, import_options, status, created_by)
    values (${importId}::uuid, 'scheduled', ${schedule.id}::uuid, ${fetched.fileName}, ${fetched.sizeBytes}, ${fetched.folder},
      ${fetched.fileHash}, ${hashOfHeaders(format.headers)}, ${JSON.stringify(stored)}::jsonb,
      ${JSON.stringify(schedule.mapping)}::jsonb, ${JSON.stringify(options)}::jsonb, 'pending',
      ${schedule.createdBy}::uuid)
    on conflict (id) do nothing`);
  const fence = await requestCheck(tx, importId, schedule.mapping, options);
  await settle(tx, schedule, fetched.fileHash);
  return fence;
}

/** The first import of a schedule makes the new list that its options ask for; the later ones add to it. */
async function ontoListOfName(tx: TenantTx, options: ImportOptions): Promise<ImportOptions> {
  if (!options.newList) return options;
  const [list] = await tx.execute<{ id: string }>(
    sql`select id from segments where ${foldedName(sql`name`)} = ${foldedName(sql`${options.newList}`)} and segment_type = 'static'`,
  );
  return list ? { ...options, newList: null, listId: list.id } : options;
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

/** Notes that the schedule has had its turn. Its failures stand until an import of it has gone through. */
async function settle(tx: TenantTx, schedule: DueSchedule, fileHash: string | null): Promise<void> {
  const next = await nextRun(tx, schedule);
  await tx.execute(sql`
    update import_schedules set last_run_at = app_now(), next_run_at = ${next.toISOString()}::timestamptz,
      last_file_hash = ${fileHash}, updated_at = app_now()
    where id = ${schedule.id}::uuid`);
}

async function fail(scope: Scope, schedule: DueSchedule, problem: string): Promise<void> {
  const alarm = await withTenant(scope, async (tx) => {
    await settle(tx, schedule, schedule.lastFileHash);
    return countFailure(tx, schedule.id, problem);
  });
  await sendAlarm(alarm);
}
