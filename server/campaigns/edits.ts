import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { campaignStatuses, type CampaignStatus, stepsMayChange } from "./schema.ts";

/** Steps may change while a campaign runs: see `settleEdit`. */
export const stepsChangeIn: readonly CampaignStatus[] = campaignStatuses.filter(stepsMayChange);

/**
 * Takes the campaign for one edit: locks its row, counts its version up, and refuses a version that is no longer the
 * newest, so that nobody's save is written over silently.
 * Throws `not_found`; `conflict` when somebody saved meanwhile, or when the campaign's state does not allow the edit.
 */
export async function takeForEdit(
  tx: TenantTx,
  { id, version }: { id: string; version: number },
  allowed: readonly CampaignStatus[] = ["draft"],
): Promise<CampaignStatus> {
  const [row] = await tx.execute<{ status: CampaignStatus; version: number; archived: boolean }>(sql`
    select status, version, archived_at is not null as archived from campaigns
    where id = ${id}::uuid and deleted_at is null for no key update`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
  if (row.archived)
    throw new AppError("conflict", "This campaign is archived and cannot be changed. Clone it instead.");
  if (row.version !== version) {
    throw new AppError(
      "conflict",
      "This campaign was saved elsewhere after you opened it. Load that version, or keep your text and save it on top.",
    );
  }
  if (!allowed.includes(row.status)) throw new AppError("conflict", refusals[row.status]);
  if (row.status === "active" && (await wasApproved(tx, id)))
    throw new AppError(
      "conflict",
      "What this campaign sends was approved as it is. Pause it, change it, and have it approved again before it goes on.",
    );
  await tx.execute(
    sql`update campaigns set version = version + 1, updated_at = app_now() where id = ${id}::uuid`,
  );
  return row.status;
}

const wasApproved = async (tx: TenantTx, id: string): Promise<boolean> => {
  const rows = await tx.execute(sql`
    select from campaign_approvals a join campaigns k on k.id = a.campaign_id where a.campaign_id = ${id}::uuid
    group by a.submission_no, k.launched_at
    having bool_and(a.approval_status = 'approved') and max(a.decided_at) <= k.launched_at limit 1`);
  return rows.length > 0;
};

const running =
  "This campaign has been launched: its audience and settings can no longer change. Clone it to change them.";
const refusals: Record<CampaignStatus, string> = {
  draft: "This campaign is still a draft.",
  scheduled: "This campaign is scheduled. Unschedule it first.",
  active: running,
  paused: running,
  completed: "This campaign has completed and can no longer change. Clone it instead.",
};
