import { sql } from "drizzle-orm";
import { Readable } from "node:stream";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { holds } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { storage } from "#server/storage";
import { partKey, type StoredFile } from "./file.ts";
import { withContents } from "./formats/contents.ts";
import { type FileFormat, needsSpool, spoolOf, spoolPartBytes } from "./formats/format.ts";
import { type Found, normalize } from "./formats/rows.ts";
import { storedSource } from "./formats/source.ts";
import { driverOf, failImport } from "./mutations.ts";
import { getImportJob } from "./queries.ts";
import { sendAlarm } from "./schedules/failures.ts";

/** Longer than a part of the slowest file takes. */
const leaseSeconds = 300;

/**
 * Lays the rows of a file that is not plain UTF-8 text down in storage in normalised form, once. Parts are named by their
 * number and by the way the file is read, so that a run that died is followed by one that writes the same parts again; the
 * job knows of them when all are there. A file that cannot be read to its end fails the import with a sentence.
 * "lost" when the job is no longer this run's.
 */
export async function spoolImport(
  scope: Scope,
  id: string,
  fence: number,
): Promise<{ outcome: "ready" | "refused" | "lost" }> {
  const job = await withTenant(scope, (tx) => getImportJob(tx, id));
  const { format } = job.file_format;
  if (!format || job.fence !== fence || !["validating", "processing"].includes(job.status))
    return { outcome: "lost" };
  if (!needsSpool(format) || format.spool) return { outcome: "ready" };
  const upload = { folder: job.file_url, sizeBytes: job.file_size };
  const beat = (rows: number) => withTenant(scope, (tx) => keepLease(tx, id, fence, rows));
  try {
    const found = await writeSpool(upload, format, { fileName: job.file_name, beat });
    if (!found) return { outcome: "lost" };
    const kept = await withTenant(scope, (tx) => keepSpool(tx, id, fence, format, found));
    return { outcome: kept ? "ready" : "lost" };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid") throw error;
    const alarm = await withTenant(scope, async (tx) =>
      (await holds(tx, driverOf(id), fence)) ? failImport(tx, id, error.message) : null,
    );
    await sendAlarm(alarm);
    return { outcome: "refused" };
  }
}

type Spooled = Found & { sizeBytes: number };

/** Writes all parts; null when the job was lost on the way. */
function writeSpool(
  upload: StoredFile,
  format: FileFormat,
  { fileName, beat }: { fileName: string; beat: (rows: number) => Promise<boolean> },
): Promise<Spooled | null> {
  const where = { fileName, entry: format.entry ?? undefined };
  return withContents(storedSource(upload), where, async (contents) => {
    const { folder } = spoolOf(upload, format, 0);
    const { pieces, found } = normalize(contents, format);
    let sizeBytes = 0;
    let part = 0;
    for await (const bytes of inParts(pieces)) {
      await storage.put(partKey(folder, part), Readable.from([bytes]));
      sizeBytes += bytes.length;
      part += 1;
      if (!(await beat(found.rows))) return null;
    }
    return { ...found, sizeBytes };
  });
}

/** The bytes cut into parts of the size that `readBytes` expects, the last one shorter. */
async function* inParts(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    held.push(piece);
    size += piece.length;
    if (size < spoolPartBytes) continue;
    const whole = Buffer.concat(held);
    let at = 0;
    for (; at + spoolPartBytes <= whole.length; at += spoolPartBytes)
      yield whole.subarray(at, at + spoolPartBytes);
    held = [whole.subarray(at)];
    size = whole.length - at;
  }
  if (size > 0) yield Buffer.concat(held);
}

async function keepLease(tx: TenantTx, id: string, fence: number, rows: number): Promise<boolean> {
  if (!(await holds(tx, driverOf(id), fence, leaseSeconds))) return false;
  if (rows > 0)
    await tx.execute(
      sql`update import_jobs set processed_rows = ${rows} where id = ${id}::uuid and status = 'validating'`,
    );
  return true;
}

/** Lets the job know where its rows lie, and of columns that came up behind the first rows: left out unless mapped. */
async function keepSpool(
  tx: TenantTx,
  id: string,
  fence: number,
  format: FileFormat,
  { sizeBytes, headers, late, dropped }: Spooled,
): Promise<boolean> {
  if (!(await holds(tx, driverOf(id), fence, leaseSeconds))) return false;
  const known: FileFormat = { ...format, headers, late, dropped, spool: { sizeBytes } };
  const ignored = headers
    .slice(format.headers.length)
    .map((header, at) => ({ column: format.headers.length + at, header, target: "ignore" }));
  await tx.execute(sql`
    update import_jobs set file_format = file_format || ${JSON.stringify({ format: known })}::jsonb,
      field_mapping = field_mapping || ${JSON.stringify(ignored)}::jsonb, processed_rows = 0, updated_at = app_now()
    where id = ${id}::uuid`);
  return true;
}
