import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { Scope, TenantTx } from "#db/tenancy";
import { csvFile, jsonFile, ndjsonFile, type Chunks } from "./encode.ts";
import { type ExportJob, getExportJob } from "./queries.ts";
import { readContacts, type Row } from "./rows.ts";
import { exportPredicate } from "./selection.ts";
import { listSheets } from "./sheets.ts";
import { xlsxFile } from "./workbook.ts";

/** Contacts between two words on progress. */
const progressEvery = 20_000;

/**
 * The file of an export, piece by piece, as of one moment: the transaction must be a repeatable read that has read
 * nothing yet. `onProgress` hears now and then, and at the end, how many contacts have been written.
 */
export async function fileChunks(
  tx: TenantTx,
  { id, scope }: { id: string; scope: Scope },
  onProgress: (contacts: number) => Promise<void>,
): Promise<{ chunks: Chunks; takenAt: Date; total: number }> {
  const takenAt = await appNow(tx);
  const job = await getExportJob(tx, id);
  const { chosen, total } = await choose(tx, job);
  // Read before the copy begins: nothing else may run on its connection.
  const sheets = job.format === "xlsx" ? await listSheets(tx, { what: job.what, takenAt, total }) : [];
  const { columns, batches } = await readContacts(tx, { ...job, scope, chosen });
  const rows = counted(batches, onProgress);
  const chunks = {
    csv: () => csvFile(columns, rows),
    ndjson: () => ndjsonFile(columns, rows),
    json: () => jsonFile(columns, rows, takenAt),
    xlsx: () => xlsxFile(columns, rows, { sheets, takenAt }),
  }[job.format]();
  return { chunks, takenAt, total };
}

/** Puts the ids of some contacts into the temporary table `exported`; everybody needs none. */
async function choose(tx: TenantTx, job: ExportJob): Promise<{ chosen: boolean; total: number }> {
  const predicate = await exportPredicate(tx, job);
  if (!predicate) {
    const [row] = await tx.execute<{ total: number }>(
      sql`select count(*)::int as total from contacts where deleted_at is null`,
    );
    return { chosen: false, total: row?.total ?? 0 };
  }
  await tx.execute(sql`create temporary table exported (id uuid primary key) on commit drop`);
  const [row] = await tx.execute<{ total: number }>(sql`
    with taken as (
      insert into exported select c.id from contacts c where c.deleted_at is null and ${predicate} returning 1)
    select count(*)::int as total from taken`);
  // Without statistics the planner takes it for a small table.
  await tx.execute(sql`analyze exported`);
  return { chosen: true, total: row?.total ?? 0 };
}

async function* counted(
  batches: AsyncIterable<Row[]>,
  onProgress: (contacts: number) => Promise<void>,
): AsyncGenerator<Row[]> {
  let contacts = 0;
  let told = 0;
  for await (const rows of batches) {
    yield rows;
    contacts += rows.length;
    if (contacts - told < progressEvery) continue;
    told = contacts;
    await onProgress(contacts);
  }
  await onProgress(contacts);
}
