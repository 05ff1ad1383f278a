import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { inSegment } from "#server/segments/queries";
import { readCustom } from "./filter.ts";
import { type ContactListInput, readQuery, type RefusedParts } from "./schema.ts";

export type ReadView = { view: ContactListInput; refused: RefusedParts };

/**
 * What of a query can be shown: of a URL that was typed, or kept since before a field, list or segment went. What cannot
 * be is left out and named, as nobody finds the way back from a page that fails.
 */
export async function readView(tx: TenantTx, query: Readonly<Record<string, unknown>>): Promise<ReadView> {
  const { view, refused } = readQuery(query);
  const { problems } = await readCustom(tx, view.custom);
  for (const [name, problem] of Object.entries(problems))
    refused[`custom.${name}`] = { typed: view.custom?.[name] ?? "", problem };
  const { custom, ...shown } = view;
  for (const part of ["list", "segment"] as const) {
    const id = shown[part];
    if (id === undefined) continue;
    const problem = await audienceProblem(tx, id);
    if (problem === null) continue;
    refused[part] = { typed: id, problem };
    delete shown[part];
  }
  const held = Object.entries(custom ?? {}).filter(([name]) => !(name in problems));
  return { view: { ...shown, ...(held.length > 0 && { custom: Object.fromEntries(held) }) }, refused };
}

/** Why nobody can be looked for in a list or segment; null when they can. */
async function audienceProblem(tx: TenantTx, id: string): Promise<string | null> {
  try {
    await inSegment(tx, id);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code === "not_found" ? "This list or segment is gone." : error.message;
  }
}
