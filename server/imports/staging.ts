import { type SQL, sql } from "drizzle-orm";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { copyInto } from "#db/copy";
import type { TenantTx } from "#db/tenancy";
import { standardFields } from "./schema.ts";
import type { Candidate } from "./validate.ts";

/** The fields an import writes, the address aside, which is the contact's identity. */
export const writtenFields = standardFields.filter((field) => field !== "email");

/** Makes the temporary tables of a transaction that stages rows; they go with it. */
export async function openStaging(tx: TenantTx): Promise<void> {
  await tx.execute(sql`create temporary table staged (
    row_no int not null, email text collate "C" not null, email_normalized text collate "C" not null,
    ${sql.join(
      writtenFields.map((field) => sql`${sql.identifier(field)} text`),
      sql`, `,
    )},
    custom jsonb not null, tags jsonb not null) on commit drop`);
}

/** Streams rows into `staged`. COPY into a table under row-level security is refused, into a temporary one it is not. */
export async function stageRows(tx: TenantTx, candidates: readonly Candidate[]): Promise<void> {
  if (candidates.length === 0) return;
  await pipeline(Readable.from(copyLines(candidates)), await copyInto(tx, sql`copy staged from stdin`));
}

/**
 * Picks of each address the last row, into `winners`, with the contact that has the address already. Returns how
 * many rows stood before another one of the same address.
 */
export async function pickWinners(tx: TenantTx): Promise<number> {
  await tx.execute(
    sql`create temporary table winners (like staged, contact_id uuid, primary key (row_no)) on commit drop`,
  );
  await byIndexOrder(
    tx,
    sql`
    insert into winners select last.*, ${contactOf} from (
      select distinct on (email_normalized) * from staged order by email_normalized, row_no desc) last`,
  );
  // Without statistics the planner takes a temporary table for a small one.
  await tx.execute(sql`analyze winners`);
  const [counted] = await tx.execute<{ doubles: number }>(
    sql`select (select count(*) from staged) - (select count(*) from winners) as doubles`,
  );
  return counted?.doubles ?? 0;
}

/**
 * The id of the contact with the address of a row `last`. Between an equality on the unique index and one on any
 * other index that begins with tenant and workspace, a planner without good statistics sees no difference, and may
 * read the whole workspace for each row. Only the unique index can give the first contact at or behind an address in
 * order, and `byIndexOrder` forbids to sort: whatever it believes, it is one probe per row.
 */
export const contactOf = sql`(
  select case when c.email_normalized = last.email_normalized then c.id end from contacts c
  where c.email_normalized >= last.email_normalized and c.deleted_at is null order by c.email_normalized limit 1)`;

/** Runs a statement that must read an index in its order. */
export async function byIndexOrder(tx: TenantTx, statement: SQL): Promise<void> {
  await tx.execute(sql`set local enable_sort = off`);
  await tx.execute(statement);
  await tx.execute(sql`set local enable_sort = on`);
}

function* copyLines(candidates: readonly Candidate[]): Generator<string> {
  let lines = "";
  for (const candidate of candidates) {
    const cells = [
      String(candidate.row),
      escaped(candidate.email),
      escaped(candidate.emailNormalized),
      ...writtenFields.map((field) => {
        const value = candidate.values[field];
        return value === undefined ? "\\N" : escaped(value);
      }),
      escaped(JSON.stringify(candidate.custom)),
      escaped(JSON.stringify(candidate.tags)),
    ];
    lines += `${cells.join("\t")}\n`;
    if (lines.length > 64 * 1024) {
      yield lines;
      lines = "";
    }
  }
  if (lines !== "") yield lines;
}

const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
/** A value in the text form of COPY. */
const escaped = (value: string) =>
  /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? found) : value;
