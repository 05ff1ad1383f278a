import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { withTenant } from "#db/tenancy";
import {
  commitThenSend,
  type DueStep,
  drainedEvent,
  type EventScope,
  launchedEvent,
  stepDueEvent,
} from "#server/drivers/events";
import { handOver, holds, joins, takeOver, yieldUntil } from "#server/drivers/mutations";
import { takeArrivals } from "./arrivals.ts";
import { completeIfDone, type Ending } from "./complete.ts";
import { drainedAmong } from "./drained.ts";
import { type Enrolled, enrollPicked, enrollSlice, passSlice, type Picked, pickSlice } from "./freeze.ts";
import { recountCampaign } from "./recount.ts";
import { lost, type Slice, type SliceResult } from "./slice.ts";
import { carryOutCalls } from "./webhook-step.ts";

/** As many contacts are acted on in one transaction. */
export const sliceSize = 1_000;
/** Where nothing is made but a move, as many. */
export const moveSize = 5_000;
/** Enrolling touches little else, and evaluates the audience for every slice anew. */
export const enrollSize = 10_000;

/** Transactions that work side by side where there is much to do: as many as the smallest machine has cores. */
const lanes = 2;
/**
 * They begin another slice until so long after the first: who wants the driver for themselves meanwhile, to wake it, waits
 * until all of them rest.
 */
const togetherMs = 1_000;

type Worked = Omit<SliceResult, "events" | "calls">;
export type StepWork = (tx: TenantTx, slice: Slice) => Promise<SliceResult>;
type Due = EventScope & DueStep;
const scopeOf = ({ tenantId, workspaceId }: EventScope): EventScope => ({ tenantId, workspaceId });
const driverOf = ({ stepId }: { stepId: string }) => ({ table: "step_drivers", id: stepId }) as const;

/** Makes this run the step's driver: its fence, or null when another one is. */
export function startStep(due: Due, runId: string): Promise<number | null> {
  return withTenant(scopeOf(due), (tx) => takeOver(tx, driverOf(due), { runId }));
}

/**
 * Lets `work` act on one slice of the step, and wakes after the commit whom that concerns. Calls to other systems are
 * made then, too: they are written down by what was committed.
 */
export async function workOnStep(
  due: Due & { fence: number },
  work: StepWork,
  limit = sliceSize,
): Promise<Worked> {
  const scope = scopeOf(due);
  const { calls, ...slice } = await commitThenSend(scope, async (tx) => {
    const { campaignId, stepId, fence } = due;
    const result = await work(tx, { scope, campaignId, stepId, fence, limit });
    const drained = mayBeLast(result) ? await drainedAmong(tx, [campaignId]) : [];
    return { ...result, events: [...result.events, ...drained.map((id) => drainedEvent(scope, id))] };
  });
  if (calls) await carryOutCalls(scope, calls);
  return slice;
}

/**
 * Looking whether anybody is left in a campaign goes past all who have moved lately: after the last slice only, which finds
 * nobody, or ends the way of some.
 */
const mayBeLast = ({ more, acted, ended = acted }: SliceResult) => !more && (acted === 0 || ended > 0);

/**
 * Lets `work` act on as many slices of the step side by side as it pays, each of other contacts and in a transaction of
 * its own: where there are many, one connection would leave the other cores idle. It never gives the step back, and does
 * not look whether these were the campaign's last: whoever works alone next does.
 */
export async function workSideBySide(
  due: Due & { fence: number },
  work: StepWork,
  limit = moveSize,
): Promise<Worked> {
  const { campaignId, stepId, fence } = due;
  const scope = scopeOf(due);
  if (!(await withTenant(scope, (tx) => holds(tx, driverOf(due), fence)))) return lost;
  const slice = { scope, campaignId, stepId, fence, limit, beside: true };
  const until = performance.now() + togetherMs;
  const lane = async (): Promise<Worked[]> => {
    const slices: Worked[] = [];
    // None waits for the others between its slices: while Node reads what one brings, Postgres works for the next.
    for (let full = true; full && (slices.length === 0 || performance.now() < until);) {
      const worked = await commitThenSend(scope, (tx) => work(tx, slice));
      slices.push(worked);
      ({ full } = worked);
    }
    return slices;
  };
  const slices = (await sideBySide(Array.from({ length: lanes }, lane))).flat();
  return {
    held: slices.every(({ held }) => held),
    acted: slices.reduce((sum, { acted }) => sum + acted, 0),
    more: true,
    until: null,
    hold: null,
    full: slices.every(({ full }) => full),
  };
}

/** What all of them give; the first failure is told when the others have ended, too. */
async function sideBySide<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(works);
  return ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
}

/** As `sideBySide`, for two that give different things. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await sideBySide<unknown>([one, other]);
  return [await one, await other];
}

/** Calls for a fresh run of the step in place of this one. False when this one no longer drives it. */
export async function renewStep(due: Due & { fence: number }): Promise<boolean> {
  const { called } = await commitThenSend(scopeOf(due), async (tx) => {
    const fence = await handOver(tx, driverOf(due), due.fence);
    return { called: fence !== null, events: fence === null ? [] : [stepDueEvent(scopeOf(due), due, fence)] };
  });
  return called;
}

type OfCampaign = EventScope & { campaignId: string };
const campaignDriver = ({ campaignId }: OfCampaign) =>
  ({ table: "campaign_drivers", id: campaignId }) as const;

export function startCampaign(campaign: OfCampaign, runId: string): Promise<number | null> {
  return withTenant(scopeOf(campaign), (tx) => takeOver(tx, campaignDriver(campaign), { runId }));
}

export function enrollNext(campaign: OfCampaign & { fence: number }, size = enrollSize) {
  const { campaignId, fence } = campaign;
  const scope = scopeOf(campaign);
  return commitThenSend(scope, (tx) => enrollSlice(tx, { scope, campaignId, fence, size }));
}

/**
 * Enrolls several slices of the audience side by side, for a while: while some come in, those behind them are picked. The
 * checkpoint moves when all of a round are in: run again after a death in between, whoever is in already is passed over.
 */
export async function enrollSideBySide(
  campaign: OfCampaign & { fence: number },
  size = enrollSize,
): Promise<Omit<Enrolled, "events">> {
  const { campaignId, fence } = campaign;
  const scope = scopeOf(campaign);
  const slice = { scope, campaignId, fence, size: lanes * size, beside: true };
  const pick = (after?: string) => withTenant(scope, (tx) => pickSlice(tx, slice, after));
  const enroll = (part: readonly Picked[]) =>
    commitThenSend(scope, async (tx) =>
      part.length > 0 && (await joins(tx, campaignDriver(campaign), fence))
        ? enrollPicked(tx, slice, part)
        : { enrolled: 0, events: [] },
    );
  let enrolled = 0;
  let picked = await pick();
  for (const until = performance.now() + togetherMs; ;) {
    const goesOn = performance.now() < until && picked.length === slice.size;
    const parts = Array.from({ length: lanes }, (_, nth) => picked.slice(nth * size, (nth + 1) * size));
    const behind = goesOn ? pick(picked.at(-1)?.contactId) : Promise.resolve([]);
    const [taken, next] = await both(sideBySide(parts.map(enroll)), behind);
    enrolled += taken.reduce((sum, one) => sum + one.enrolled, 0);
    const passed = await withTenant(scope, (tx) => passSlice(tx, slice, picked));
    if (!goesOn || !passed.held || passed.done) return { ...passed, enrolled };
    picked = next;
  }
}

/** Arrivals are judged one by one, with a place in their audience each. */
const arrivalsSize = 2_000;

/** Deals with the next arrivals at a running campaign. `more`: there may be others behind them. */
export async function takeNextArrivals(
  campaign: OfCampaign,
): Promise<{ taken: number; enrolled: number; more: boolean }> {
  const scope = scopeOf(campaign);
  const { taken, enrolled } = await commitThenSend(scope, (tx) =>
    takeArrivals(tx, { scope, campaignId: campaign.campaignId, size: arrivalsSize }),
  );
  return { taken, enrolled, more: taken === arrivalsSize };
}

/** How long a campaign's run may sleep when nothing tells it of the end. */
const restMs = 60 * 60_000;

/** Brings the counters up to date and completes the campaign if nobody is on the way; else rests until told. */
export function checkEnd(campaign: OfCampaign & { fence: number }): Promise<Ending | "lost"> {
  const { campaignId, fence } = campaign;
  return withTenant(scopeOf(campaign), async (tx) => {
    if (!(await holds(tx, campaignDriver(campaign), fence))) return "lost";
    await recountCampaign(tx, campaignId);
    const ending = await completeIfDone(tx, campaignId);
    const until = ending === "running" ? await restEnd(tx) : null;
    if (ending !== "ending") await yieldUntil(tx, campaignDriver(campaign), fence, { until });
    return ending;
  });
}

async function restEnd(tx: TenantTx): Promise<Date> {
  return new Date((await appNow(tx)).getTime() + restMs);
}

/** Calls for a fresh run of the campaign in place of this one. */
export async function renewCampaign(campaign: OfCampaign & { fence: number }): Promise<boolean> {
  const { called } = await commitThenSend(scopeOf(campaign), async (tx) => {
    const fence = await handOver(tx, campaignDriver(campaign), campaign.fence);
    return {
      called: fence !== null,
      events: fence === null ? [] : [launchedEvent(scopeOf(campaign), campaign.campaignId, fence)],
    };
  });
  return called;
}
