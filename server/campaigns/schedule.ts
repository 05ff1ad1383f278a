import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { commitThenSend, type DriverEvent } from "#server/drivers/events";
import { launchCampaign } from "#server/enrollments/launch";
import { startRefusal } from "#server/approvals/start";
import { AppError } from "#server/errors";
import { notify } from "#server/notifications/mutations";
import { recordCampaignAct } from "./acts.ts";
import { blockersIn, refuseBlocked } from "./blockers.ts";
import { takeForEdit } from "./edits.ts";
import { reviewCampaign } from "./review.ts";
import type { ScheduleInput } from "./schema.ts";
import { startOf, zoneOf } from "./start-time.ts";

/**
 * A start that is later than this is not made up for: an installation that slept, or was restored from a backup, would
 * mail people out of the blue. An hour or two of work on the machine is no reason to ask.
 */
const lateMaxHours = 4;

/**
 * Has exactly the version that was reviewed launched at a time on the wall clock of the campaign's zone, or moves
 * the time of one that is scheduled. An hour that the clocks skip means the first minute after it.
 * Throws `invalid` with every blocker, and on `at` for a time that has passed; `conflict` as edits do.
 */
export async function scheduleLaunch(
  scope: Scope,
  { id, version, at, userId }: ScheduleInput & { userId: string },
): Promise<{ startsAt: Date }> {
  return withTenant(scope, async (tx) => {
    await takeForEdit(tx, { id, version }, ["draft", "scheduled"]);
    const { problems, audience, approvedStart } = await reviewCampaign(tx, id);
    refuseBlocked(problems, "scheduled");
    const startsAt = await startOf(tx, { id, at, field: "at" });
    const refusal = startRefusal(approvedStart, startsAt, await zoneOf(tx, id));
    if (refusal !== null) throw new AppError("invalid", refusal, { at: refusal });
    await tx.execute(sql`
      update campaigns set status = 'scheduled', start_date = ${startsAt.toISOString()}::timestamptz,
        send_strategy = 'scheduled', launched_by = ${userId}::uuid
      where id = ${id}::uuid`);
    const after = { startsAt: startsAt.toISOString(), people: audience.count };
    await recordCampaignAct(tx, { id, userId }, "campaign.scheduled", after);
    return { startsAt };
  });
}

/** Makes a draft of a scheduled campaign again. Throws `not_found`; `conflict` when it is not scheduled any more. */
export async function unscheduleLaunch(scope: Scope, { id, userId }: { id: string; userId: string }) {
  await withTenant(scope, async (tx) => {
    if (!(await backToDraft(tx, id))) throw await notScheduled(tx, id);
    await recordCampaignAct(tx, { id, userId }, "campaign.unscheduled");
  });
}

async function notScheduled(tx: TenantTx, id: string): Promise<AppError> {
  const [row] = await tx.execute<{ status: string }>(
    sql`select status from campaigns where id = ${id}::uuid and deleted_at is null`,
  );
  if (!row) return new AppError("not_found", "There is no such campaign.");
  return new AppError(
    "conflict",
    `This campaign is ${row.status}, not scheduled. Reload to see where it stands.`,
  );
}

/** Makes a draft of a scheduled campaign. False when it was not scheduled. */
export async function backToDraft(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    update campaigns set status = 'draft', start_date = null, send_strategy = 'immediate', launched_by = null,
      version = version + 1, updated_at = app_now()
    where id = ${id}::uuid and status = 'scheduled' and deleted_at is null returning id`);
  return rows.length > 0;
}

type Outcome = "launched" | "refused" | "not scheduled";
type Handled = { events: DriverEvent[]; outcome: Outcome };
type Due = { name: string; triggered: boolean; userId: string | null; startsAt: Date; late: boolean };

/**
 * Launches a campaign whose time has come. One that could not be launched as it is now, or whose time passed long
 * ago, becomes a draft again, and whoever scheduled it is told why. Done twice, the second time does nothing.
 */
export async function launchScheduled(scope: Scope, id: string): Promise<Outcome> {
  const { outcome } = await commitThenSend(scope, async (tx): Promise<Handled> => {
    const due = await takeDue(tx, id);
    if (!due) return { events: [], outcome: "not scheduled" };
    const { problems, audience, approvedStart } = await reviewCampaign(tx, id);
    const refusal = startRefusal(approvedStart, due.startsAt, await zoneOf(tx, id));
    const why = due.late
      ? `It was to start more than ${lateMaxHours} hours ago, while nothing was running. Look whether it still fits, and launch it.`
      : [...blockersIn(problems).map((blocker) => blocker.message), ...(refusal ? [refusal] : [])].join(" ");
    if (why !== "") {
      await refuse(tx, { id, due, why });
      return { events: [], outcome: "refused" };
    }
    const { userId, name, startsAt } = due;
    const { events } = await launchCampaign(tx, { campaignId: id, userId });
    const after = { people: audience.count, startsAt: startsAt.toISOString() };
    await recordCampaignAct(tx, { id, userId }, "campaign.launched", after);
    await notify(tx, {
      userId,
      type: "campaign.launched",
      title: `“${name}” has been launched`,
      body: due.triggered
        ? "It takes in whoever comes, as scheduled."
        : `To ${audience.count === 1 ? "1 person" : `${audience.count.toLocaleString("en")} people`}, as scheduled.`,
      path: `/campaigns/${id}`,
    });
    return { events, outcome: "launched" };
  });
  return outcome;
}

async function takeDue(tx: TenantTx, id: string): Promise<Due | undefined> {
  const [due] = await tx.execute<Due>(sql`
    select name, campaign_type = 'triggered' as triggered, launched_by as "userId", start_date as "startsAt",
      start_date < app_now() - make_interval(hours => ${lateMaxHours}) as late
    from campaigns
    where id = ${id}::uuid and status = 'scheduled' and start_date <= app_now() and deleted_at is null
      and archived_at is null
    for update`);
  return due;
}

async function refuse(tx: TenantTx, { id, due, why }: { id: string; due: Due; why: string }) {
  const { userId, name } = due;
  await backToDraft(tx, id);
  await recordCampaignAct(tx, { id, userId }, "campaign.unscheduled", { why });
  await notify(tx, {
    userId,
    type: "campaign.not_launched",
    title: `“${name}” was not launched`,
    body: `${why} It is a draft again.`,
    path: `/campaigns/${id}/edit/review`,
  });
}
