import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { appNow } from "#db/clock";
import type { Scope, TenantTx } from "#db/tenancy";
import { nextFire, parseCron } from "#inngest/engine/cron";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { open, seal } from "#server/seal";
import { getImportJob } from "../queries.ts";
import { shownAddress } from "../remote.ts";
import type { ColumnMapping, ImportOptions } from "../schema.ts";
import { noSchedule, type ScheduleConfig } from "./queries.ts";
import {
  lateMaxHours,
  limitsByDefault,
  type ScheduleInput,
  type ScheduleLimits,
  type ScheduleUpdate,
} from "./schema.ts";

/** The address in full, which may carry a token, and the value of the header. */
export type ScheduleSecret = { url: string; header: { name: string; value: string } | null };

const placeOf = ({ tenantId }: Scope, rowId: string) => ({
  tenantId,
  table: "import_schedules",
  rowId,
  column: "secret_sealed",
});

export const openSecret = (scope: Scope, id: string, sealed: string): ScheduleSecret =>
  JSON.parse(open(sealed, placeOf(scope, id))) as ScheduleSecret;

type Taken = {
  mapping: ColumnMapping[];
  options: ImportOptions;
  headers: string[];
  choice: ScheduleConfig["choice"];
};

export async function createSchedule(
  tx: TenantTx,
  { likeImportId, ...input }: ScheduleInput,
  scope: Scope,
): Promise<{ id: string }> {
  const id = v7();
  const taken = await takeFrom(tx, likeImportId);
  const secret: ScheduleSecret = { url: input.url, header: input.secretHeader ?? null };
  const rows = await tx.execute(sql`
    insert into import_schedules (id, name, source, secret_sealed, config, cron, timezone, field_mapping, import_options,
      notify_email, next_run_at, created_by)
    values (${id}::uuid, ${input.name}, 'https', ${seal(JSON.stringify(secret), placeOf(scope, id))},
      ${JSON.stringify(configOf(secret, taken, input.limits))}::jsonb, ${input.cron}, ${input.timezone},
      ${JSON.stringify(taken.mapping)}::jsonb, ${JSON.stringify(taken.options)}::jsonb, ${input.notifyEmail ?? null},
      ${(await nextRun(tx, input)).toISOString()}::timestamptz, ${scope.userId ?? null}::uuid)
    on conflict on constraint import_schedules_name_unique do nothing returning id`);
  if (rows.length === 0) throw nameTaken(input.name);
  await recordAct(tx, {
    actorId: scope.userId ?? null,
    action: "import_schedule.created",
    resourceType: "import_schedule",
    resourceId: id,
    after: { name: input.name, url: shownAddress(input.url), cron: input.cron },
  });
  return { id };
}

/** Changes a schedule. An address that is the shown one keeps the query that is not shown. */
export async function updateSchedule(
  tx: TenantTx,
  { id, likeImportId, ...input }: ScheduleUpdate,
  scope: Scope,
): Promise<{ id: string }> {
  const [old] = await tx.execute<{
    secret: string;
    config: ScheduleConfig;
    mapping: ColumnMapping[];
    options: ImportOptions;
  }>(
    sql`select secret_sealed as secret, config, field_mapping as mapping, import_options as options
      from import_schedules where id = ${id}::uuid for no key update`,
  );
  if (!old) throw noSchedule();
  const before = openSecret(scope, id, old.secret);
  const taken = likeImportId
    ? await takeFrom(tx, likeImportId)
    : { mapping: old.mapping, options: old.options, headers: old.config.headers, choice: old.config.choice };
  const secret: ScheduleSecret = {
    url: input.url === old.config.url ? before.url : input.url,
    header: input.secretHeader === undefined ? keptHeader(before, input.url) : input.secretHeader,
  };
  const [twin] = await tx.execute(
    sql`select 1 from import_schedules where name = ${input.name} and id <> ${id}::uuid`,
  );
  if (twin) throw nameTaken(input.name);
  await tx.execute(sql`
    update import_schedules set name = ${input.name}, secret_sealed = ${seal(JSON.stringify(secret), placeOf(scope, id))},
      config = ${JSON.stringify(configOf(secret, taken, input.limits ?? old.config.limits))}::jsonb, cron = ${input.cron}, timezone = ${input.timezone},
      field_mapping = ${JSON.stringify(taken.mapping)}::jsonb, import_options = ${JSON.stringify(taken.options)}::jsonb,
      notify_email = ${input.notifyEmail ?? null}, last_file_hash = null,
      next_run_at = ${(await nextRun(tx, input)).toISOString()}::timestamptz, updated_at = app_now()
    where id = ${id}::uuid`);
  await recordAct(tx, {
    actorId: scope.userId ?? null,
    action: "import_schedule.updated",
    resourceType: "import_schedule",
    resourceId: id,
    after: { name: input.name, url: shownAddress(secret.url), cron: input.cron },
  });
  return { id };
}

/** The header stays with the server it was given for: nobody learns it by having it sent elsewhere. */
function keptHeader(before: ScheduleSecret, url: string): ScheduleSecret["header"] {
  if (!before.header || new URL(url).origin === new URL(before.url).origin) return before.header;
  const sentence = `The address is on another server now. Give the value of ${before.header.name} anew, or send no header.`;
  throw new AppError("invalid", sentence, { "secretHeader.value": sentence });
}

/** Mapping, options and format of an import, for imports of the same kind of file to come. */
async function takeFrom(tx: TenantTx, importId: string): Promise<Taken> {
  const {
    file_format: stored,
    field_mapping: mapping,
    import_options: options,
  } = await getImportJob(tx, importId);
  const { format } = stored;
  if (!format || !Array.isArray(mapping) || !("duplicates" in options))
    throw new AppError("invalid", "Check that import first: a schedule takes over its columns and options.");
  const [made] = await tx.execute<{ listId: string | null }>(
    sql`select segment_id as "listId" from import_jobs where id = ${importId}::uuid`,
  );
  const { made: _, ...kept } = options;
  // A list that the import made is the one that later imports add to.
  const listId = made?.listId ?? options.listId ?? null;
  return {
    mapping,
    options: { ...kept, listId, newList: listId ? null : options.newList },
    headers: format.headers,
    choice: format.choice ?? {},
  };
}

const configOf = (
  { url, header }: ScheduleSecret,
  { headers, choice }: Taken,
  limits: ScheduleLimits = limitsByDefault,
): ScheduleConfig => ({
  url: shownAddress(url),
  secretHeader: header?.name ?? null,
  headers,
  choice,
  limits,
});

/** The next moment of a rhythm; `invalid` with the reason when it cannot be read. */
export async function nextRun(
  tx: TenantTx,
  { cron, timezone }: { cron: string; timezone: string },
): Promise<Date> {
  const now = await appNow(tx);
  try {
    return nextFire(parseCron(`TZ=${timezone} ${cron}`), now);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    throw new AppError("invalid", sentence, { cron: sentence }, { cause: error });
  }
}

const nameTaken = (name: string) => {
  const sentence = `There is a schedule called "${name}" already. Choose another name.`;
  return new AppError("conflict", sentence, { name: sentence });
};

/** Pauses a schedule, or lets it go on from its next moment. */
export async function switchSchedule(
  tx: TenantTx,
  { id, enabled }: { id: string; enabled: boolean },
  actorId: string,
): Promise<{ id: string }> {
  const [found] = await tx.execute<{ cron: string; timezone: string }>(
    sql`select cron, timezone from import_schedules where id = ${id}::uuid`,
  );
  if (!found) throw noSchedule();
  const next = await nextRun(tx, found);
  await tx.execute(sql`
    update import_schedules set enabled = ${enabled}, next_run_at = ${next.toISOString()}::timestamptz, failures = 0,
      updated_at = app_now()
    where id = ${id}::uuid`);
  await recordAct(tx, {
    actorId,
    action: enabled ? "import_schedule.resumed" : "import_schedule.paused",
    resourceType: "import_schedule",
    resourceId: id,
  });
  return { id };
}

/** Makes a schedule due at once; the next look at the clock finds it. Throws `conflict` for one that is paused. */
export async function runScheduleNow(tx: TenantTx, id: string, actorId: string): Promise<{ id: string }> {
  const [found] = await tx.execute<{ enabled: boolean }>(
    sql`select enabled from import_schedules where id = ${id}::uuid for no key update`,
  );
  if (!found) throw noSchedule();
  if (!found.enabled) throw new AppError("conflict", "This schedule is paused. Let it go on first.");
  // A moment that is long past would be passed over, and this order with it; a fresh one is the run that is called for.
  const late = sql`next_run_at < app_now() - make_interval(hours => ${lateMaxHours})`;
  await tx.execute(sql`
    update import_schedules set next_run_at = case when ${late} then app_now() else least(next_run_at, app_now()) end, last_file_hash = null,
      updated_at = app_now()
    where id = ${id}::uuid`);
  await recordAct(tx, {
    actorId,
    action: "import_schedule.run",
    resourceType: "import_schedule",
    resourceId: id,
  });
  return { id };
}

/** Removes a schedule; what it imported stays. */
export async function deleteSchedule(tx: TenantTx, id: string, actorId: string): Promise<{ id: string }> {
  const rows = await tx.execute(sql`delete from import_schedules where id = ${id}::uuid returning id`);
  if (rows.length === 0) throw noSchedule();
  await recordAct(tx, {
    actorId,
    action: "import_schedule.deleted",
    resourceType: "import_schedule",
    resourceId: id,
  });
  return { id };
}
