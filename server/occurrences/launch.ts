import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { passOnApproval } from "#server/approvals/pass-on";
import { startRefusal } from "#server/approvals/start";
import { recordCampaignAct } from "#server/campaigns/acts";
import { blockersIn } from "#server/campaigns/blockers";
import { cloneCampaign } from "#server/campaigns/mutations";
import { reviewCampaign } from "#server/campaigns/review";
import { backToDraft } from "#server/campaigns/schedule";
import type { DriverEvent } from "#server/drivers/events";
import { launchCampaign } from "#server/enrollments/launch";
import { notify } from "#server/notifications/mutations";
import { clockText } from "#server/planner/forecast";
import { type Series, timesLeft } from "./queries.ts";
import { dateWords, refusalsMax } from "./schema.ts";
import { stopSeries } from "./series.ts";

export type Repeating = { id: string; name: string; userId: string | null; series: Series };
type Handled = { events: DriverEvent[]; outcome: "launched" | "refused" | "not scheduled" };
/** Where the series goes on; null when this was its last time. */
type Next = Date | null;

/**
 * Gives a campaign that repeats its turn: its time becomes a campaign of its own, launched in the same transaction that
 * moves the series on to its next time. Of times that were slept through only the last one can still be had, within
 * `lateMaxMs`; the others are noted as missed. What cannot be launched is noted as refused, and the series goes on,
 * until that has happened three times in a row. The campaign's row is locked by the caller, so that one time has one turn.
 */
export async function launchOccurrence(
  tx: TenantTx,
  campaign: Repeating,
  lateMaxMs: number,
): Promise<Handled> {
  const { id, series } = campaign;
  const now = (await appNow(tx)).getTime();
  const times: number[] = [];
  let next: Next = null;
  for (const { at } of timesLeft(series)) {
    if (at > now) {
      next = new Date(at);
      break;
    }
    times.push(at);
  }
  const last = times.at(-1);
  const fires = last !== undefined && last >= now - lateMaxMs ? new Date(last) : null;
  const missed = (fires ? times.slice(0, -1) : times).map((at) => new Date(at));
  if (missed.length > 0) await noteMissed(tx, campaign, missed, next);
  const passed = series.passed + times.length;
  // Before it moves on: what is over needs no approval any more.
  const why = fires && (await refusalOf(tx, campaign, fires));
  await moveOn(tx, { id, passed, next });
  if (!fires) return { events: [], outcome: "not scheduled" };
  if (why === null) return { events: await launchChild(tx, campaign, fires, next), outcome: "launched" };
  await noteRefused(tx, campaign, { at: fires, why, next, passed });
  return { events: [], outcome: "refused" };
}

async function refusalOf(tx: TenantTx, { id, series }: Repeating, at: Date): Promise<string | null> {
  const { problems, approvedStart } = await reviewCampaign(tx, id);
  const start = startRefusal(approvedStart, at, series.timezone);
  const found = [...blockersIn(problems).map(({ message }) => message), ...(start ? [start] : [])];
  return found.length > 0 ? found.join(" ") : null;
}

/** After its last time the campaign is over: what was launched goes on without it. */
async function moveOn(tx: TenantTx, { id, passed, next }: { id: string; passed: number; next: Next }) {
  await tx.execute(sql`
    update campaign_schedules set occurrences = ${passed}, next_send_at = ${next?.toISOString() ?? null}::timestamptz,
      updated_at = app_now()
    where campaign_id = ${id}::uuid`);
  if (next === null) await stopSeries(tx, id);
  await tx.execute(
    next
      ? sql`update campaigns set start_date = ${next.toISOString()}::timestamptz, updated_at = app_now() where id = ${id}::uuid`
      : sql`update campaigns set status = 'completed', completed_at = app_now(), updated_at = app_now(),
          completion_reason = 'series_ended', version = version + 1 where id = ${id}::uuid`,
  );
}

type Note = { outcome: "launched" | "refused" | "missed"; childId?: string; reason?: string };

/** Writes times down under the next numbers. A time that is there already fails the transaction: it had its turn. */
async function note(tx: TenantTx, id: string, times: Date[], { outcome, childId, reason }: Note) {
  const instants = sql.param(times.map((at) => at.toISOString()));
  await tx.execute(sql`
    insert into campaign_occurrences (campaign_id, number, due_at, outcome, child_id, reason)
    select ${id}::uuid, last.number + each.place, each.at, ${outcome}, ${childId ?? null}::uuid, ${reason ?? null}
    from unnest(${instants}::timestamptz[]) with ordinality each(at, place),
      (select coalesce(max(number), 0) as number from campaign_occurrences where campaign_id = ${id}::uuid) last`);
}

async function launchChild(tx: TenantTx, campaign: Repeating, at: Date, next: Next): Promise<DriverEvent[]> {
  const { userId, name, series } = campaign;
  const child = await launchRepeat(tx, campaign, { at, ending: dateWords(at, series.timezone) });
  await notify(tx, {
    userId,
    type: "campaign.launched",
    title: `“${child.name}” has been launched`,
    body: `As “${name}” repeats. ${whatIsNext(next, series.timezone)}`,
    path: `/campaigns/${child.id}`,
  });
  return child.events;
}

type Turn = {
  at: Date;
  /** What the name of the campaign gets behind it. */
  ending: string;
  /** Why it came, when that was no time of the series. */
  reason?: string;
};

/** Launches a copy of a campaign that repeats, with its approval, and writes it down as the next of its repeats. */
export async function launchRepeat(
  tx: TenantTx,
  { id, name, userId }: Omit<Repeating, "series">,
  { at, ending, reason }: Turn,
): Promise<{ id: string; name: string; events: DriverEvent[] }> {
  // Names hold 255 characters.
  const childName = `${name.slice(0, 230)} · ${ending}`;
  const child = await cloneCampaign(tx, { id, userId, name: childName });
  await tx.execute(sql`
    update campaigns set start_date = ${at.toISOString()}::timestamptz, send_strategy = 'scheduled'
    where id = ${child.id}::uuid`);
  await passOnApproval(tx, { from: id, to: child.id });
  const { events } = await launchCampaign(tx, { campaignId: child.id, userId });
  await note(tx, id, [at], { outcome: "launched", childId: child.id, ...(reason && { reason }) });
  await recordCampaignAct(tx, { id: child.id, userId }, "campaign.launched", {
    repeatOf: id,
    startsAt: at.toISOString(),
  });
  return { id: child.id, name: childName, events };
}

async function noteMissed(tx: TenantTx, { id, name, userId, series }: Repeating, times: Date[], next: Next) {
  const { timezone } = series;
  await note(tx, id, times, { outcome: "missed", reason: "Nothing was running at that time." });
  const [first] = times;
  const latest = times.at(-1);
  if (!first || !latest) return;
  const span =
    times.length === 1
      ? clockText(timezone, first)
      : `${times.length} times from ${clockText(timezone, first)} to ${clockText(timezone, latest)}`;
  await notify(tx, {
    userId,
    type: "campaign.not_launched",
    title: `“${name}” missed ${times.length === 1 ? "a time" : `${times.length} of its times`}`,
    body: `Nothing was running: ${span} (${timezone}). That is not made up for. ${whatIsNext(next, timezone)}`,
    path: `/campaigns/${id}/edit/occurrences`,
  });
}

type Refused = { at: Date; why: string; next: Next; passed: number };

async function noteRefused(
  tx: TenantTx,
  { id, name, userId, series: { timezone } }: Repeating,
  { at, why, next, passed }: Refused,
) {
  await note(tx, id, [at], { outcome: "refused", reason: why });
  const [row] = await tx.execute<{ refused: number }>(sql`
    select count(*) filter (where outcome = 'refused')::int as refused from (
      select outcome from campaign_occurrences where campaign_id = ${id}::uuid
      order by number desc limit ${Math.min(passed, refusalsMax)}) latest`);
  const stops = next !== null && (row?.refused ?? 0) >= refusalsMax;
  if (stops) await backToDraft(tx, id);
  await recordCampaignAct(tx, { id, userId }, stops ? "campaign.unscheduled" : "campaign.repeat_refused", {
    why,
  });
  await notify(tx, {
    userId,
    type: "campaign.not_launched",
    title: `“${name}” was not launched on ${dateWords(at, timezone)}`,
    body: `${why} ${stops ? `That was the third time in a row: it repeats no more, and is a draft again.` : whatIsNext(next, timezone)}`,
    path: `/campaigns/${id}/edit/${stops ? "review" : "occurrences"}`,
  });
}

const whatIsNext = (next: Next, timezone: string) =>
  next ? `The next time is ${clockText(timezone, next)}.` : "That was the last time.";
