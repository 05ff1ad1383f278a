import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import type { FileFormat } from "../formats/format.ts";
import type { ColumnMapping, ImportOptions, ImportStatus } from "../schema.ts";
import { limitsUnset, type ScheduleLimits } from "./schema.ts";

/** What a schedule keeps that is no secret. */
export type ScheduleConfig = {
  /** The address without its query. */
  url: string;
  secretHeader: string | null;
  headers: string[];
  choice: NonNullable<FileFormat["choice"]>;
  /** Schedules from before there were any have those by default. */
  limits?: ScheduleLimits;
};

export type Schedule = {
  id: string;
  name: string;
  url: string;
  secretHeader: string | null;
  cron: string;
  timezone: string;
  enabled: boolean;
  failures: number;
  problem: string | null;
  lastRunAt: Date | null;
  nextRunAt: Date | null;
};

export type ScheduleRun = {
  id: string;
  status: ImportStatus;
  startedAt: Date | null;
  created: number;
  updated: number;
  errors: number;
  problem: string | null;
};

export type ScheduleDetail = Schedule & {
  notifyEmail: string | null;
  limits: ScheduleLimits;
  mapping: ColumnMapping[];
  options: ImportOptions;
  runs: ScheduleRun[];
};

const columns = sql`id, name, config ->> 'url' as url, config ->> 'secretHeader' as "secretHeader", cron, timezone, enabled,
  failures, problem, last_run_at as "lastRunAt", next_run_at as "nextRunAt"`;

/** The scheduled imports of the workspace by name. */
export async function listSchedules(tx: TenantTx): Promise<Schedule[]> {
  return [...(await tx.execute<Schedule>(sql`select ${columns} from import_schedules order by name, id`))];
}

/** A schedule with its last twenty imports. Throws `not_found`. */
export async function getSchedule(tx: TenantTx, id: string): Promise<ScheduleDetail> {
  type Found = Omit<ScheduleDetail, "runs" | "limits"> & { config: ScheduleConfig };
  const [found] = await tx.execute<Found>(sql`
    select ${columns}, config, notify_email as "notifyEmail", field_mapping as mapping, import_options as options
    from import_schedules where id = ${id}::uuid`);
  if (!found) throw noSchedule();
  const runs = await tx.execute<ScheduleRun>(sql`
    select id, status, coalesce(started_at, created_at) as "startedAt", created_count as created, updated_count as updated,
      error_count as errors, problem
    from import_jobs where schedule_id = ${id}::uuid order by id desc limit 20`);
  const { config, ...schedule } = found;
  return { ...schedule, limits: { ...limitsUnset, ...config.limits }, runs: [...runs] };
}

/** What a run of the schedule needs. */
export type DueSchedule = {
  id: string;
  name: string;
  secret: string;
  config: ScheduleConfig;
  cron: string;
  timezone: string;
  mapping: ColumnMapping[];
  options: ImportOptions;
  notifyEmail: string | null;
  enabled: boolean;
  failures: number;
  lastFileHash: string | null;
  lastStatus: ImportStatus | null;
  createdBy: string;
  dueAt: Date | null;
};

/** The schedule as its run needs it; null when it is gone. */
export async function findDueSchedule(tx: TenantTx, id: string): Promise<DueSchedule | null> {
  const [row] = await tx.execute<DueSchedule>(sql`
    select id, name, secret_sealed as secret, config, cron, timezone, field_mapping as mapping, import_options as options,
      notify_email as "notifyEmail", enabled, failures, last_file_hash as "lastFileHash", created_by as "createdBy",
      case when next_run_at <= app_now() then next_run_at end as "dueAt",
      (select j.status from import_jobs j where j.schedule_id = s.id order by j.id desc limit 1) as "lastStatus"
    from import_schedules s where id = ${id}::uuid for no key update`);
  return row ?? null;
}

export const noSchedule = () => new AppError("not_found", "No such schedule.");
