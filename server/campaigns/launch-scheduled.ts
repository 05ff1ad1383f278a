import { sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { startRefusal } from "#server/approvals/start";
import { commitThenSend, type DriverEvent } from "#server/drivers/events";
import { launchCampaign } from "#server/enrollments/launch";
import { notify } from "#server/notifications/mutations";
import { launchOccurrence } from "#server/occurrences/launch";
import { loadLineage } from "#server/occurrences/queries";
import { recordCampaignAct } from "./acts.ts";
import { blockersIn } from "./blockers.ts";
import { reviewCampaign } from "./review.ts";
import { backToDraft } from "./schedule.ts";
import { zoneOf } from "./start-time.ts";

/**
 * A start that is later than this is not made up for: an installation that slept, or was restored from a backup, would
 * mail people out of the blue. An hour or two of work on the machine is no reason to ask.
 */
const lateMaxHours = 4;

type Outcome = "launched" | "refused" | "not scheduled";
type Handled = { events: DriverEvent[]; outcome: Outcome };
type Due = { name: string; triggered: boolean; userId: string | null; startsAt: Date; late: boolean };

/**
 * Launches a campaign whose time has come. One that could not be launched as it is now, or whose time passed long
 * ago, becomes a draft again, and whoever scheduled it is told why. Of one that repeats, a campaign of its own is
 * launched. Done twice, the second time does nothing.
 */
export async function launchScheduled(scope: Scope, id: string): Promise<Outcome> {
  const { outcome } = await commitThenSend(scope, async (tx): Promise<Handled> => {
    const due = await takeDue(tx, id);
    if (!due) return { events: [], outcome: "not scheduled" };
    const { series } = await loadLineage(tx, id);
    if (series?.active) return launchOccurrence(tx, { id, ...due, series }, lateMaxHours * 3_600_000);
    return launchOnce(tx, id, due);
  });
  return outcome;
}

async function launchOnce(tx: TenantTx, id: string, due: Due): Promise<Handled> {
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
  const sentence = due.triggered
    ? "It takes in whoever comes, as scheduled."
    : `To ${audience.count === 1 ? "1 person" : `${audience.count.toLocaleString("en")} people`}, as scheduled.`;
  // Nobody was there to be asked.
  const look = problems.slice(0, 3).map(({ message }) => message);
  await notify(tx, {
    userId,
    type: "campaign.launched",
    title: `“${name}” has been launched`,
    body: look.length === 0 ? sentence : `${sentence} Worth a look: ${look.join(" ")}`,
    path: `/campaigns/${id}`,
  });
  return { events, outcome: "launched" };
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
