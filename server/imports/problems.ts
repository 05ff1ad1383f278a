import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { ProblemGroup } from "./queries.ts";
import type { RowProblem, RowWarning } from "./validate.ts";

/** `raw` is the row's cells, or its text where it falls into none. */
export type RawProblem = RowProblem & { raw: readonly string[] | string };
export type LineWarning = RowWarning & { line: number };

/** Warnings that an import keeps by row; all of them are counted. */
export const warningsMax = 10_000;

/** Writes down rows that were refused, with their cells. */
export const recordProblems = (tx: TenantTx, id: string, problems: readonly RawProblem[]): Promise<void> =>
  record(tx, id, problems, "error");

/** Writes down remarks about rows that were taken. */
export const recordWarnings = (tx: TenantTx, id: string, warnings: readonly LineWarning[]): Promise<void> =>
  record(
    tx,
    id,
    warnings.map((warning) => ({ ...warning, raw: null })),
    "warning",
  );

type Recorded = LineWarning & { raw: RawProblem["raw"] | null };

async function record(tx: TenantTx, id: string, rows: readonly Recorded[], severity: string): Promise<void> {
  for (let at = 0; at < rows.length; at += 2000) {
    const batch = rows.slice(at, at + 2000).map(({ line, field, value, code, message, raw }) => ({
      line,
      field,
      value: plain(value),
      code,
      message: plain(message),
      raw: typeof raw === "string" ? { text: plain(raw) } : (raw?.map(plain) ?? null),
    }));
    await tx.execute(sql`
      insert into import_row_errors (import_job_id, row_no, field, value, code, message, raw_row, severity)
      select ${id}::uuid, line, nullif(field, ''), value, code, message, raw, ${severity}
      from jsonb_to_recordset(${JSON.stringify(batch)}::jsonb)
        as p(line int, field text, value text, code text, message text, raw jsonb)`);
  }
}

/**
 * Zero bytes cannot be stored as text, nor can halves of a character that was cut in two. What stands for them is not
 * taken either when the row comes back as it is.
 */
const plain = (value: string) => value.replaceAll("\u0000", "\ufffd").toWellFormed();

/** Problems by kind, the most frequent first, with the first of each. */
export class ProblemCounter {
  #groups = new Map<string, ProblemGroup>();
  #count = 0;

  add({ code, line, field, value, message }: LineWarning): void {
    this.addMany(code, 1, { line, field, value, message });
  }

  /** Counts `rows` of one kind at once. */
  addMany(code: string, rows: number, example: ProblemGroup["examples"][number]): void {
    const group = this.#groups.get(code) ?? { code, rows: 0, examples: [] };
    group.rows += rows;
    this.#count += rows;
    if (group.examples.length < 5) {
      const { line, field, value, message } = example;
      group.examples.push({ line, field, value: plain(value), message: plain(message) });
    }
    this.#groups.set(code, group);
  }

  get count(): number {
    return this.#count;
  }

  get groups(): ProblemGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.rows - a.rows);
  }
}
