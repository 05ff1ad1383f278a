import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Note } from "./formats/schema.ts";
import type { ColumnMapping } from "./schema.ts";

/** One value for files whose columns have the same names in the same order, however they are spelled. */
export const hashOfHeaders = (headers: readonly string[]): string =>
  createHash("sha256")
    .update(JSON.stringify(headers.map((header) => header.trim().toLowerCase())))
    .digest("hex");

/** The mapping of the last import that was started with columns of these names; null when there is none. */
export async function findRememberedMapping(
  tx: TenantTx,
  headers: readonly string[],
  exceptId: string,
): Promise<ColumnMapping[] | null> {
  const [last] = await tx.execute<{ mapping: ColumnMapping[] }>(sql`
    select field_mapping as mapping from import_jobs
    where header_hash = ${hashOfHeaders(headers)} and id <> ${exceptId}::uuid and started_at is not null
      and jsonb_typeof(field_mapping) = 'array'
    order by id desc limit 1`);
  return last?.mapping ?? null;
}

/** A remark when this very file was imported before and not taken back. */
export async function findSameFile(tx: TenantTx, id: string): Promise<Note | null> {
  const [same] = await tx.execute<{ name: string; day: string; rows: number; by: string | null }>(sql`
    select j.file_name as name, to_char(j.started_at, 'FMDD Month YYYY') as day, j.processed_rows as rows, u.name as by
    from import_jobs j left join users u on u.id = j.created_by
    where j.file_hash = (select file_hash from import_jobs where id = ${id}::uuid) and j.id <> ${id}::uuid
      and j.started_at is not null and j.status <> 'rolled_back'
    order by j.id desc limit 1`);
  if (!same) return null;
  const message = `This very file was imported before: "${same.name}" on ${same.day.replace(/\s+/g, " ")}${same.by ? ` by ${same.by}` : ""}, ${same.rows} rows. Importing it again changes only what was changed since.`;
  return { code: "same_file", message };
}
