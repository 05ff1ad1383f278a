import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { exitEnrollments } from "#server/enrollments/exits";
import { AppError } from "#server/errors";
import { type Act, recordCampaignAct } from "./acts.ts";
import { keptDays } from "./schema.ts";

/** So many are taken out in one transaction. */
const sliceSizeDefault = 1_000;

/**
 * Deletes a draft or an archived campaign: nobody can open it any more, and who was still on the way in it leaves, the
 * first slice of them at once and the others soon (`purge-campaigns`). It can be brought back for `keptDays`. The ledger
 * keeps what was sent. Returns whether somebody still has to leave. Throws `not_found` and `conflict`.
 */
export async function removeCampaign(
  { scope, act }: { scope: Scope; act: Act },
  size: number = sliceSizeDefault,
): Promise<{ leaving: boolean }> {
  await withTenant(scope, (tx) => deleteCampaign(tx, act));
  return { leaving: !(await takePeopleOut({ scope, id: act.id }, { size, slices: 1 })) };
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
 * was not deleted, or too long ago, and `conflict` while people still leave it.
 */
export async function undeleteCampaign(
  { scope, act }: { scope: Scope; act: Act },
  size: number = sliceSizeDefault,
): Promise<void> {
  // Nobody comes back by halves.
  const empty = await takePeopleOut({ scope, id: act.id }, { size, slices: 1 });
  if (!empty)
    throw new AppError(
      "conflict",
      "People are still leaving this campaign. Bring it back in some minutes, when all of them have left.",
    );
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

/**
 * Whoever is on the way in a deleted campaign leaves it, a slice at a time and so many slices at most. True when nobody is
 * left in it; asked again, it goes on with the others.
 */
export async function takePeopleOut(
  { scope, id }: { scope: Scope; id: string },
  { size = sliceSizeDefault, slices }: { size?: number; slices: number },
): Promise<boolean> {
  for (let slice = 0; slice < slices; slice++)
    if ((await withTenant(scope, (tx) => takeOutSlice(tx, id, size))) < size) return true;
  return false;
}

/**
 * The next ones in no order: that would have to be looked for among all that are left. Whoever changes a campaign locks it
 * before its limits, which the exits of its people take.
 */
async function takeOutSlice(tx: TenantTx, id: string, size: number): Promise<number> {
  await tx.execute(sql`select from campaigns where id = ${id}::uuid for no key update`);
  const rows = await tx.execute<{ id: string }>(sql`
    select e.id from campaign_contacts e join campaigns k on k.id = e.campaign_id
    where k.id = ${id}::uuid and k.deleted_at is not null and e.status in ('enrolled', 'active', 'paused')
    limit ${size}`);
  await exitEnrollments(
    tx,
    rows.map((row) => ({ enrollmentId: row.id, reason: "campaign_ended" })),
  );
  return rows.length;
}
