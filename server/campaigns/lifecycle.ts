import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { Scope, TenantTx } from "#db/tenancy";
import { startRefusal } from "#server/approvals/start";
import { commitThenSend } from "#server/drivers/events";
import { launchCampaign, pauseCampaign, resumeCampaign } from "#server/enrollments/launch";
import { AppError } from "#server/errors";
import { lockLimits } from "#server/messages/limits";
import { confirmMessages, resendMessages } from "#server/messages/unknown";
import { notify } from "#server/notifications/mutations";
import { refuseRepeating } from "#server/occurrences/series";
import { type Act, recordCampaignAct } from "./acts.ts";
import { refuseBlocked, refuseUnseen } from "./blockers.ts";
import { takeForEdit } from "./edits.ts";
import { reviewCampaign } from "./review.ts";
import { zoneOf } from "./start-time.ts";

type Where = { scope: Scope; act: Act };

/**
 * Launches exactly the version that was reviewed, and says how many people it will write to, or may let in.
 * Throws `invalid` with every blocker as a sentence; `conflict` when it was changed meanwhile or is no draft, and on
 * `acknowledged` when something is worth a look that nobody has looked at.
 */
export async function launch(
  { scope, act }: Where,
  { version, acknowledged }: { version: number; acknowledged: readonly string[] },
): Promise<{ people: number }> {
  return commitThenSend(scope, async (tx) => {
    await takeForEdit(tx, { id: act.id, version }, ["draft", "scheduled"]);
    await refuseRepeating(
      tx,
      act.id,
      "Each of its times is launched by itself: unschedule it to launch it once.",
    );
    const { problems, audience, approvedStart } = await reviewCampaign(tx, act.id);
    refuseBlocked(problems, "launched");
    const refusal = startRefusal(approvedStart, await appNow(tx), await zoneOf(tx, act.id));
    if (refusal !== null) throw new AppError("invalid", refusal);
    refuseUnseen(problems, acknowledged, "launched");
    const { events } = await launchCampaign(tx, { campaignId: act.id, userId: act.userId });
    await recordCampaignAct(tx, act, "campaign.launched", { people: audience.count });
    return { events, people: audience.count };
  });
}

/**
 * Stops a running campaign at somebody's word, with their own words if they gave any, and tells who launched it. Throws
 * `not_found`; `conflict` when it does not run.
 */
export async function pause({ scope, act }: Where, words: string): Promise<void> {
  await commitThenSend(scope, async (tx) => {
    const [person] = await tx.execute<{ name: string }>(
      sql`select name from users where id = ${act.userId}::uuid`,
    );
    const by = person?.name || "hand";
    const reason = words === "" ? `Paused by ${by}.` : `Paused by ${by}: “${words}”`;
    await pauseCampaign(tx, { campaignId: act.id, reason });
    // Claims hold the same lock: one that has looked at the campaign before is written down before this is answered. Who
    // changes a campaign locks it before its limits.
    await lockLimits(tx, { campaignIds: [act.id], accountIds: [] });
    await recordCampaignAct(tx, act, "campaign.paused", words === "" ? undefined : { why: words });
    await tellOfPause(tx, act, { by, words });
    return { events: [] };
  });
}

async function tellOfPause(
  tx: TenantTx,
  { id, userId }: Act,
  { by, words }: { by: string; words: string },
): Promise<void> {
  const [campaign] = await tx.execute<{ name: string; launchedBy: string | null }>(
    sql`select name, launched_by as "launchedBy" from campaigns where id = ${id}::uuid`,
  );
  if (!campaign || campaign.launchedBy === userId) return;
  await notify(tx, {
    userId: campaign.launchedBy,
    type: "campaign.paused",
    title: `“${campaign.name}” was paused by ${by}`,
    body: words === "" ? "Nothing more leaves until somebody resumes it." : words,
    path: `/campaigns/${id}`,
  });
}

/** After so long a pause nobody expects the next step any more: a person has to say that it still fits. */
const longPauseDays = 14;

/**
 * Throws `invalid` when the campaign could not be launched as it is now: its mailbox may have failed meanwhile; and
 * `conflict` on `confirmed` after a pause of two weeks, until that is true.
 */
export async function resume({ scope, act }: Where, confirmed = false): Promise<void> {
  await commitThenSend(scope, async (tx) => {
    // Nobody changes it between the look at it and its start.
    await tx.execute(sql`select from campaigns where id = ${act.id}::uuid for no key update`);
    if (!confirmed) await refuseLongPause(tx, act.id);
    const { problems } = await reviewCampaign(tx, act.id);
    // Who is in it was settled at the launch: what became of the lists since then does not matter.
    refuseBlocked(
      problems.filter((problem) => problem.where !== "audience" && problem.where !== "goals"),
      "resumed",
    );
    const resumed = await resumeCampaign(tx, { campaignId: act.id });
    await recordCampaignAct(tx, act, "campaign.resumed");
    return resumed;
  });
}

async function refuseLongPause(tx: TenantTx, id: string): Promise<void> {
  const [row] = await tx.execute<{ days: number; due: number }>(sql`
    select floor(extract(epoch from app_now() - k.paused_at) / 86400)::int as days,
      (select count(*)::int from campaign_contacts e where e.campaign_id = k.id and e.status in ('enrolled', 'active')
        and e.next_email_scheduled_at <= app_now()) as due
    from campaigns k where k.id = ${id}::uuid and k.status = 'paused' and k.deleted_at is null
      and k.paused_at <= app_now() - make_interval(days => ${longPauseDays})`);
  if (!row) return;
  const due = row.due === 1 ? "1 person is" : `${row.due.toLocaleString("en")} people are`;
  const sentence = `It has been paused for ${row.days} days, and ${due} due for the next step: they get it now, at the campaign’s pace. Resume if it still fits, or end the campaign.`;
  throw new AppError("conflict", sentence, { confirmed: sentence });
}

/**
 * Decides about a message of unknown fate: sends it again (it may arrive twice), or takes it for sent.
 * Throws `not_found` for a message of another campaign, `conflict` when its fate is known by now.
 */
export async function decideUnknown(
  { scope, act }: Where,
  messageId: string,
  arrived: boolean,
): Promise<void> {
  const { tenantId, workspaceId } = scope;
  await commitThenSend(scope, async (tx) => {
    const rows = await tx.execute(sql`
      select from content.email_messages where id = ${messageId}::uuid and campaign_id = ${act.id}::uuid`);
    if (rows.length === 0) throw new AppError("not_found", "There is no such message in this campaign.");
    await recordCampaignAct(tx, act, arrived ? "message.confirmed" : "message.resent", { messageId });
    const decide = arrived ? confirmMessages : resendMessages;
    return decide(tx, { scope: { tenantId, workspaceId }, messageIds: [messageId] });
  });
}
