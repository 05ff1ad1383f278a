import { type SQL, sql } from "drizzle-orm";
import { violates } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";

/*
 * Lists and segments share their names, and case makes no difference: the index segments_name_unique says so, and
 * whatever looks one up by name compares by `foldedName`.
 */

/** A name as names are compared. The column is COLLATE "C", whose lower() knows ASCII only. */
export const foldedName = (name: SQL): SQL => sql`lower((${name})::text collate "default") collate "C"`;

type Naming = {
  /** What is renamed: it may keep its name. */
  except?: string;
  /** The input that the sentence belongs to. */
  field?: string;
};

/** Throws `conflict`, with a sentence at the field, when a list or segment has this name, in whatever case. */
export async function mustBeFree(
  tx: TenantTx,
  name: string,
  { except, field = "name" }: Naming = {},
): Promise<void> {
  const [taken] = await tx.execute<{ name: string; type: string }>(sql`
    select name, segment_type as type from segments
    where ${foldedName(sql`name`)} = ${foldedName(sql`${name}`)} and id is distinct from ${except ?? null}::uuid`);
  if (!taken) return;
  const kind = taken.type === "static" ? "list" : "segment";
  const cased = taken.name === name ? "" : "; upper and lower case make no difference";
  throw taking(field, `There is a ${kind} called "${taken.name}" already${cased}. Choose another name.`);
}

/** Turns the clash with a name that was taken a moment ago into a sentence. */
export const nameTaken =
  (name: string, field = "name") =>
  (error: unknown): never => {
    if (violates(error, "segments_name_unique"))
      throw taking(field, `There is a list or segment called "${name}" already. Choose another name.`, error);
    throw error;
  };

const taking = (field: string, sentence: string, cause?: unknown) =>
  new AppError("conflict", sentence, { [field]: sentence }, { cause });
