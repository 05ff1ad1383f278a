import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { commitThenSend, drainedEvent } from "#server/drivers/events";
import { completeIfDone } from "#server/enrollments/complete";
import { askOfSenders } from "#server/domains/mutations";
import { reopenCampaign } from "#server/enrollments/launch";
import { AppError } from "#server/errors";
import { refuseRepeating } from "#server/occurrences/series";
import { clockText } from "#server/planner/forecast";
import { parseLocal, toInstant } from "#server/planner/zone";
import { type Act, recordCampaignAct } from "./acts.ts";
import { refuseBlocked } from "./blockers.ts";
import { reviewCampaign } from "./review.ts";
import type { CampaignStatus } from "./schema.ts";

type Where = { scope: Scope; act: Act };
type Standing = {
  tenantId: string;
  workspaceId: string;
  status: CampaignStatus;
  archived: boolean;
  goesOn: boolean;
  startsAt: Date | null;
  timezone: string;
};

async function lockCampaign(tx: TenantTx, id: string): Promise<Standing> {
  const [row] = await tx.execute<Standing>(sql`
    select k.tenant_id as "tenantId", k.workspace_id as "workspaceId", k.status, k.archived_at is not null as archived,
      k.campaign_type = 'triggered' or k.auto_enroll as "goesOn", k.start_date as "startsAt", s.timezone
    from campaigns k join campaign_settings s on s.campaign_id = k.id
    where k.id = ${id}::uuid and k.deleted_at is null for no key update of k`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
  return row;
}

const closed = (wanted: string) =>
  new AppError("conflict", `This campaign is archived and cannot be ${wanted}. Restore it first.`);

/**
 * Sets when a campaign ends, on the wall clock of its zone, or with null that it does not by itself. Also while it
 * runs. Throws `invalid` on `at` for a time that has passed or lies before the start; `conflict` once it has completed.
 */
export async function setEnd({ scope, act }: Where, at: string | null): Promise<{ endsAt: Date | null }> {
  return withTenant(scope, async (tx) => {
    const campaign = await lockCampaign(tx, act.id);
    if (campaign.archived) throw closed("changed");
    if (campaign.status === "completed")
      throw new AppError("conflict", "This campaign has completed: its end cannot change any more.");
    if (at !== null)
      await refuseRepeating(tx, act.id, "Say when that ends where it is scheduled, with “Change the times”.");
    const endsAt = at === null ? null : await endOf(tx, campaign, at);
    await tx.execute(sql`
      update campaigns set end_date = ${endsAt?.toISOString() ?? null}::timestamptz, updated_at = app_now()
      where id = ${act.id}::uuid`);
    const after = { endsAt: endsAt?.toISOString() ?? null };
    await recordCampaignAct(tx, act, "campaign.end_set", after);
    return { endsAt };
  });
}

async function endOf(tx: TenantTx, { timezone, startsAt }: Standing, at: string): Promise<Date> {
  const now = await appNow(tx);
  const endsAt = new Date(toInstant(timezone, parseLocal(at)));
  const refused = (message: string) => new AppError("invalid", message, { at: message });
  if (endsAt <= now)
    throw refused(
      `This time has passed: it is ${clockText(timezone, now)} in ${timezone}. Choose a later one, or end it now.`,
    );
  if (startsAt && endsAt <= startsAt)
    throw refused(`It starts ${clockText(timezone, startsAt)} only. Choose an end after that.`);
  return endsAt;
}

/**
 * Ends a launched campaign now: nothing more is claimed once this has committed, and everybody who is still on the way
 * leaves it. Throws `not_found`; `conflict` for a draft, or one that has ended.
 */
export async function endNow({ scope, act }: Where): Promise<void> {
  await commitThenSend(scope, async (tx) => {
    const { status, archived, tenantId, workspaceId } = await lockCampaign(tx, act.id);
    if (archived) throw closed("ended");
    if (status !== "active" && status !== "paused")
      throw new AppError("conflict", `This campaign is ${status}: only a launched one can be ended.`);
    await tx.execute(sql`
      update campaigns set status = 'active', end_date = app_now(),
        frozen_at = coalesce(frozen_at, app_now()), paused_at = null, pause_reason = null,
        start_date = case when start_date >= app_now() then null else start_date end, updated_at = app_now()
      where id = ${act.id}::uuid`);
    await recordCampaignAct(tx, act, "campaign.ended");
    // The first slice here, so that a small one is over at once; the campaign's own run takes out the others.
    await completeIfDone(tx, act.id);
    return { events: [drainedEvent({ tenantId, workspaceId }, act.id)] };
  });
}

/**
 * Opens a completed campaign again that takes people in for as long as it runs: who was in it stays out, who comes
 * from now on comes in. Throws `not_found`; `conflict` for one that has not ended, or whose audience was frozen; `invalid` for
 * one whose approval does not hold any more, or that sends from a domain on a block list.
 */
export async function reopen({ scope, act }: Where): Promise<void> {
  await commitThenSend(scope, async (tx) => {
    const { status, archived, goesOn } = await lockCampaign(tx, act.id);
    if (archived) throw closed("opened again");
    if (status !== "completed")
      throw new AppError(
        "conflict",
        `This campaign is ${status}: only one that has ended can be opened again.`,
      );
    if (!goesOn)
      throw new AppError(
        "conflict",
        "The audience of this campaign was frozen at its launch. Clone it instead.",
      );
    const { problems } = await reviewCampaign(tx, act.id);
    refuseBlocked(
      problems.filter(({ where, code }) => where === "approval" || code === "domain_listed"),
      "opened again",
    );
    await recordCampaignAct(tx, act, "campaign.reopened");
    const opened = await reopenCampaign(tx, { campaignId: act.id });
    await askOfSenders(tx, act.id);
    return opened;
  });
}
