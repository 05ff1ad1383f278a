import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { findUndisturbedTag } from "./queries.ts";

/**
 * Names the tag whose bearers get no campaign email, in place of the one before, or none. Whoever has it is passed over
 * from the next claim on; whom the one before held, the database notes, and the sweeper lets go on some at a time. Throws `not_found`.
 */
export async function nameUndisturbedTag(
  tx: TenantTx,
  { tagId, workspaceId, userId }: { tagId: string | null; workspaceId: string; userId: string },
): Promise<void> {
  // One after the other: there is never more than one.
  await tx.execute(sql`select from workspaces where id = ${workspaceId}::uuid for no key update`);
  const before = await findUndisturbedTag(tx);
  if ((before?.id ?? null) === tagId) return;
  await tx.execute(sql`update tags set do_not_disturb = false, updated_at = app_now() where do_not_disturb`);
  const [after] = await tx.execute<{ id: string; name: string }>(sql`
    update tags set do_not_disturb = true, updated_at = app_now() where id = ${tagId}::uuid returning id, name`);
  if (tagId !== null && !after) throw new AppError("not_found", "This tag does not exist any more.");
  // Whoever has it and is still held from when it was the one before stays so.
  await tx.execute(sql`delete from missed_wakes where tag_id = ${tagId}::uuid`);
  await recordAct(tx, {
    actorId: userId,
    action: "do_not_disturb.updated",
    resourceType: "workspace",
    resourceId: workspaceId,
    workspaceId,
    before: { tag: before?.name ?? null },
    after: { tag: after?.name ?? null },
  });
}
