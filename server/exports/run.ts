import { type SQL, sql } from "drizzle-orm";
import { once } from "node:events";
import { PassThrough, type Writable } from "node:stream";
import { z } from "zod";
import { pages } from "#db/copy";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { listCustomFields } from "#server/custom-fields/queries";
import { holds, takeOver, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { csvLine } from "#server/imports/csv";
import { log } from "#server/log";
import { inSegment, readRules, rulePredicate } from "#server/segments/queries";
import { storage } from "#server/storage";
import { driverOf, failExport } from "./mutations.ts";
import { fileDays } from "./schema.ts";

const leaseSeconds = 600;
const pageRows = 2000;
const progressEvery = 20_000;

const columns = [
  "email",
  "first_name",
  "last_name",
  "name",
  "company",
  "job_title",
  "phone",
  "city",
  "state",
  "country",
  "timezone",
  "language",
  "status",
  "lifecycle_stage",
  "lead_score",
] as const;

/** Makes this run the export's driver; its fence, or null when another is at work or it has ended. */
export async function takeExport(scope: Scope, id: string, runId: string): Promise<number | null> {
  return withTenant(scope, async (tx) => {
    const fence = await takeOver(tx, driverOf(id), { runId, leaseSeconds });
    if (fence === null) return null;
    const rows = await tx.execute(sql`
      update export_jobs set status = 'processing', started_at = coalesce(started_at, app_now()), updated_at = app_now()
      where id = ${id}::uuid and status in ('pending', 'processing') returning id`);
    return rows.length > 0 ? fence : null;
  });
}

/**
 * Writes the file of an export from one snapshot of the database, then the row that says it is there. A run that
 * dies leaves a file nobody knows of, under the key of its fence; the next one writes its own.
 */
export async function writeExport(scope: Scope, id: string, fence: number): Promise<{ contacts: number }> {
  const key = `${scope.tenantId}/${scope.workspaceId}/exports/${id}/${fence}.csv`;
  const file = new PassThrough({ highWaterMark: 1024 * 1024 });
  let result = { contacts: 0, takenAt: "" };
  let begun = false;
  const work = (tx: TenantTx) => {
    // The transaction is tried again when its connection is lost; the stream cannot be, so the whole step is.
    if (begun)
      throw new AppError("unavailable", "The database connection was lost while the file was written.");
    begun = true;
    return writeRows(tx, scope, { id, fence }, file);
  };
  const writing = withTenant(scope, work, {
    isolation: "repeatable read",
    readOnly: true,
    statementTimeoutMs: 60 * 60_000,
  }).then(
    (written) => {
      result = written;
      file.end();
    },
    (error: unknown) => file.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  const [{ sizeBytes }] = await Promise.all([storage.put(key, file), writing]);
  const stale = await withTenant(scope, (tx) => finishExport(tx, { id, fence, key, sizeBytes, ...result }));
  if (stale) await storage.remove(stale);
  return { contacts: result.contacts };
}

async function writeRows(
  tx: TenantTx,
  scope: Scope,
  job: { id: string; fence: number },
  file: Writable,
): Promise<{ contacts: number; takenAt: string }> {
  const { members, withCustom } = await selectionOf(tx, job.id);
  const custom = withCustom ? await listCustomFields(tx) : [];
  const [clock] = await tx.execute<{ at: string }>(
    sql`select to_char(app_now() at time zone 'utc', 'YYYY-MM-DD') as at`,
  );
  file.write(`\ufeff${csvLine([...columns, ...custom.map(({ name }) => name), "tags", "created_at"])}`);
  const query = sql`select ${sql.join(
    columns.map((name) => sql`c.${sql.identifier(name)}`),
    sql`, `,
  )}, c.custom_fields,
      to_char(c.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at,
      coalesce((select string_agg(t.name, '|' order by t.name) from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id), '') as tags
    from contacts c where c.deleted_at is null and ${members} order by c.id`;
  let contacts = 0;
  for await (const rows of pages<ExportRow>(tx, query, pageRows)) {
    const lines = rows.map((row) =>
      csvLine([
        ...columns.map((name) => row[name]),
        ...custom.map(({ name }) => asText(row.custom_fields[name])),
        row.tags,
        row.created_at,
      ]),
    );
    contacts += rows.length;
    if (!file.write(lines.join(""))) await once(file, "drain");
    if (contacts % progressEvery < pageRows) await noteProgress(scope, job, contacts);
  }
  return { contacts, takenAt: clock?.at ?? "" };
}

type ExportRow = Record<(typeof columns)[number], string | number | null> & {
  custom_fields: Record<string, unknown>;
  tags: string;
  created_at: string;
};

const asText = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : typeof value === "string"
      ? value
      : Array.isArray(value)
        ? value.join("|")
        : JSON.stringify(value);

async function selectionOf(tx: TenantTx, id: string): Promise<{ members: SQL; withCustom: boolean }> {
  const [job] = await tx.execute<{
    segment_id: string | null;
    filters: unknown;
    include_custom_fields: boolean;
  }>(sql`select segment_id, filters, include_custom_fields from export_jobs where id = ${id}::uuid`);
  if (!job) throw new AppError("not_found", "No such export.");
  const members = job.segment_id
    ? await inSegment(tx, job.segment_id)
    : job.filters
      ? await rulePredicate(tx, readRules(job.filters))
      : sql`true`;
  return { members, withCustom: job.include_custom_fields };
}

async function noteProgress(
  scope: Scope,
  { id, fence }: { id: string; fence: number },
  contacts: number,
): Promise<void> {
  await withTenant(scope, async (tx) => {
    if (!(await holds(tx, driverOf(id), fence, leaseSeconds)))
      throw new AppError("conflict", "Another run took this export over.");
    await tx.execute(sql`update export_jobs set processed_contacts = ${contacts} where id = ${id}::uuid`);
  });
}

type Written = {
  id: string;
  fence: number;
  key: string;
  sizeBytes: number;
  contacts: number;
  takenAt: string;
};

/** Says that the file is there. Returns the key of a file nobody will ask for: this one when the run was superseded. */
async function finishExport(
  tx: TenantTx,
  { id, fence, key, sizeBytes, contacts, takenAt }: Written,
): Promise<string | null> {
  if (!(await holds(tx, driverOf(id), fence))) return key;
  await tx.execute(sql`
    update export_jobs set status = 'completed', file_url = ${key}, file_size = ${sizeBytes}, total_contacts = ${contacts},
      processed_contacts = ${contacts}, file_name = ${`contacts-${takenAt}.csv`}, completed_at = app_now(),
      expires_at = app_now() + make_interval(days => ${fileDays}), updated_at = app_now()
    where id = ${id}::uuid and status = 'processing'`);
  await yieldUntil(tx, driverOf(id), fence, { until: null });
  return null;
}

const failedEvent = z.object({ tenantId: z.uuid(), workspaceId: z.uuid(), exportId: z.uuid() });

/** Ends the job in failure when its run has used up its retries. `data` is the payload of the event that started it. */
export async function markExportFailed(data: unknown, error: Error): Promise<void> {
  const { tenantId, workspaceId, exportId } = failedEvent.parse(data);
  log.error({ exportId, err: error }, "export gave up");
  const sentence =
    error.name === "AppError"
      ? error.message
      : "The export stopped because of a fault on our side, after several tries. Export again.";
  await withTenant({ tenantId, workspaceId }, (tx) => failExport(tx, exportId, sentence));
}
