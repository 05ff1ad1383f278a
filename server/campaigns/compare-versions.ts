import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { type StepChange, type StepThen, versionChanges } from "./version-changes.ts";
import { findVersion, type Version } from "./versions.ts";

/** What was done to a draft's steps between two of its versions. @throws AppError not_found for one that is not kept */
export async function compareVersions(
  tx: TenantTx,
  { id, from, to }: { id: string; from: number; to: number },
): Promise<StepChange[]> {
  const [before, now] = [await findVersion(tx, id, from), await findVersion(tx, id, to)];
  if (!before || !now) throw new AppError("not_found", "This version is not kept any more. Choose another.");
  const hashes = [...before.steps, ...now.steps].map(({ hash }) => hash);
  const rows = await tx.execute<{ hash: string; state: Record<string, unknown> }>(sql`
    select hash, state from campaign_step_states
    where campaign_id = ${id}::uuid and hash = any(${sql.param(hashes)}::text[])`);
  const states = new Map(rows.map(({ hash, state }) => [hash, state]));
  const then = ({ steps }: Version): StepThen[] =>
    steps.map(({ id: stepId, title, said, hash }) => ({
      id: stepId,
      title,
      said,
      state: states.get(hash) ?? {},
    }));
  return versionChanges(then(before), then(now));
}
