import { sql } from "drizzle-orm";
import { violates } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { matchRules, ruleContext, usesOf } from "./queries.ts";
import type { SegmentInput, SegmentUpdate } from "./schema.ts";

/** Makes a segment. Throws `conflict` when the name is taken, `invalid` when its rules refer to each other in a circle. */
export async function createSegment(
  tx: TenantTx,
  input: SegmentInput,
  actorId: string,
): Promise<{ id: string }> {
  const { count } = await matchRules(tx, input.rules);
  const [made] = await tx
    .execute<{ id: string }>(
      sql`
      insert into segments (name, description, segment_type, rules, contact_count, last_recalculated_at, created_by)
      values (${input.name}, ${input.description ?? null}, 'dynamic', ${JSON.stringify(input.rules)}::jsonb, ${count}, app_now(), ${actorId}::uuid)
      returning id`,
    )
    .catch(nameTaken(input.name));
  if (!made) throw new Error("insert into segments returned no row.");
  await recordAct(tx, {
    actorId,
    action: "segment.created",
    resourceType: "segment",
    resourceId: made.id,
    after: { name: input.name },
  });
  return made;
}

/** Changes a segment. Throws `conflict` when the name is taken or somebody else changed it since `seen`. */
export async function updateSegment(
  tx: TenantTx,
  input: SegmentUpdate,
  actorId: string,
): Promise<{ updatedAt: Date }> {
  await refuseUnseen(tx, input);
  await ruleContext(tx, input.rules, input.id);
  const { count } = await matchRules(tx, input.rules);
  const [saved] = await tx
    .execute<{ updatedAt: Date }>(
      sql`
      update segments set name = ${input.name}, description = ${input.description ?? null}, rules = ${JSON.stringify(input.rules)}::jsonb,
        contact_count = ${count}, last_recalculated_at = app_now(), updated_at = app_now()
      where id = ${input.id}::uuid and segment_type = 'dynamic' returning updated_at as "updatedAt"`,
    )
    .catch(nameTaken(input.name));
  if (!saved) throw new AppError("not_found", "No such segment.");
  await recordAct(tx, {
    actorId,
    action: "segment.updated",
    resourceType: "segment",
    resourceId: input.id,
    after: { name: input.name, rules: input.rules },
  });
  return saved;
}

/** Locks the segment. Dates reach the browser in milliseconds, so they are compared in them. */
async function refuseUnseen(tx: TenantTx, { id, seen }: SegmentUpdate): Promise<void> {
  const [row] = await tx.execute<{ updatedAt: Date }>(
    sql`select updated_at as "updatedAt" from segments where id = ${id}::uuid and segment_type = 'dynamic' for update`,
  );
  if (seen && row && row.updatedAt.getTime() !== seen.getTime()) {
    throw new AppError(
      "conflict",
      "Somebody else changed this segment meanwhile. Reload the page to see it, then make your change again.",
    );
  }
}

/** Deletes a list or segment that nothing uses; its contacts stay. Throws `conflict` naming what uses it. */
export async function deleteSegment(tx: TenantTx, id: string, actorId: string): Promise<void> {
  const [segment] = await tx.execute<{ name: string; segment_type: string }>(
    sql`select name, segment_type from segments where id = ${id}::uuid for update`,
  );
  if (!segment) throw new AppError("not_found", "No such list or segment.");
  const uses = await usesOf(tx, id);
  if (uses.length > 0) {
    const named = uses
      .slice(0, 3)
      .map((use) => `the ${use.kind} "${use.name}"`)
      .join(", ");
    throw new AppError(
      "conflict",
      `"${segment.name}" is used by ${named}${uses.length > 3 ? ` and ${uses.length - 3} more` : ""}. Change that first.`,
    );
  }
  await tx.execute(sql`delete from segments where id = ${id}::uuid`);
  const kind = segment.segment_type === "static" ? "list" : "segment";
  await recordAct(tx, {
    actorId,
    action: `${kind}.deleted`,
    resourceType: kind,
    resourceId: id,
    before: { name: segment.name },
  });
}

/** Turns the clash of a name into a sentence. */
export const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    if (violates(error, "segments_name_unique")) {
      const sentence = `There is a list or segment called "${name}" already. Choose another name.`;
      throw new AppError("conflict", sentence, { name: sentence }, { cause: error });
    }
    throw error;
  };
