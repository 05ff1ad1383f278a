import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { exitEnrollments } from "#server/enrollments/exits";
import { AppError } from "#server/errors";
import { type Act, recordCampaignAct } from "./acts.ts";
import { keptDays } from "./schema.ts";

/** So many are taken out in one transaction. */
const sliceSizeDefault = 1_000;

/**
 * Deletes a draft or an archived campaign: nobody can open it any more, and who was still on the way in it has left.
 * It can be brought back for `keptDays`. The ledger keeps what was sent. Throws `not_found` and `conflict`.
 */
export async function removeCampaign(
  { scope, act }: { scope: Scope; act: Act },
  size: number = sliceSizeDefault,
): Promise<void> {
  await withTenant(scope, (tx) => deleteCampaign(tx, act));
  await takeEverybodyOut({ scope, id: act.id }, size);
}

/** Waits for a slice that is enrolling at this moment, and holds up the next, which then enrolls nobody. */
export async function deleteCampaign(tx: TenantTx, act: Act): Promise<void> {
  const { id } = act;
  const [row] = await tx.execute<{ status: string; archived: boolean }>(sql`
    select status, archived_at is not null as archived from campaigns where id = ${id}::uuid and deleted_at is null for update`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
  if (row.status !== "draft" && !row.archived)
    throw new AppError("conflict", "Only a draft or an archived campaign can be deleted. Archive it first.");
  await tx.execute(
    sql`update campaigns set deleted_at = app_now(), updated_at = app_now() where id = ${id}::uuid`,
  );
  await recordCampaignAct(tx, act, "campaign.deleted");
}

/**
 * Brings a deleted campaign back as it was, a draft or archived; who was in it has left. Throws `not_found` for one that
 * was not deleted, or too long ago.
 */
export async function undeleteCampaign({ scope, act }: { scope: Scope; act: Act }): Promise<void> {
  // What a deletion that died half-way has left undone: nobody comes back by halves.
  await takeEverybodyOut({ scope, id: act.id });
  await withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ kept: boolean }>(sql`
      select purged_at is null and deleted_at > app_now() - make_interval(days => ${keptDays}) as kept
      from campaigns where id = ${act.id}::uuid and deleted_at is not null for update`);
    if (!row) throw new AppError("not_found", "There is no such campaign among the deleted ones.");
    if (!row.kept)
      throw new AppError(
        "not_found",
        `This campaign was deleted more than ${keptDays} days ago: it is gone for good.`,
      );
    await tx.execute(
      sql`update campaigns set deleted_at = null, updated_at = app_now() where id = ${act.id}::uuid`,
    );
    await recordCampaignAct(tx, act, "campaign.undeleted");
  });
}

/** Whoever is on the way in a deleted campaign leaves it, a slice at a time. Asked again, it goes on with the others. */
export async function takeEverybodyOut(
  { scope, id }: { scope: Scope; id: string },
  size: number = sliceSizeDefault,
): Promise<void> {
  for (let left = size; left === size;) left = await withTenant(scope, (tx) => takeOutSlice(tx, id, size));
}

async function takeOutSlice(tx: TenantTx, id: string, size: number): Promise<number> {
  const rows = await tx.execute<{ id: string }>(sql`
    select e.id from campaign_contacts e join campaigns k on k.id = e.campaign_id
    where k.id = ${id}::uuid and k.deleted_at is not null and e.status in ('enrolled', 'active', 'paused')
    order by e.id limit ${size}`);
  await exitEnrollments(
    tx,
    rows.map((row) => ({ enrollmentId: row.id, reason: "campaign_ended" })),
  );
  return rows.length;
}
