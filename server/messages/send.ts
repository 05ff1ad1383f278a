import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { withTenant } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { commitThenSend, type DriverEvent, drainedEvent } from "#server/drivers/events";
import { holds, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import type { SendResult } from "#server/mail/smtp-result";
import { type MailTransport, openTransport } from "#server/mail/smtp";
import { mailServerOf } from "#server/mailboxes/queries";
import { SealError } from "#server/seal";
import { pauseOnBounces } from "./bounce-guard.ts";
import { claimMessages, nextSend, type Claim } from "./claim.ts";
import { failMailbox } from "./mailbox-failure.ts";
import { noteMailbox, refusalsMax, type Unreached, unreachedBy } from "./mailbox-health.ts";
import { tailOf } from "#server/campaigns/attachments";
import { type Compiled, loadForRendering, renderAll } from "./render.ts";
import { settleMessages, type SettleCounts } from "./settle.ts";
import { releaseLostSlots, releaseSlotsOf } from "./slots.ts";

/** As many messages of a mailbox are claimed, and at worst left unknown, at a time. */
export const groupSize = 200;
/** A group goes in halves: while one is on the wire, the other is claimed, rendered or settled. */
const halves = 2;
/** A claim is given up by its lease's end, and no message of it is begun after the deadline before that. */
const leaseSeconds = 120;
const deadlineMs = 80_000;

export type Lane = { accountId: string; fence: number };
/** Where a slice left the mailbox: `more` = come back at once, else `until`, null = when woken. */
export type SendSlice = { held: boolean; sent: number; others: number; more: boolean; until: string | null };

/**
 * Sends what is due from a mailbox, half a group after another, for about `budgetMs`. Each half is claimed and committed
 * before a socket is touched, and settled after the replies: a crash in between leaves its messages `unknown`, so that
 * there are never more of them than a group for each mailbox.
 */
export async function sendFromMailbox(scope: Scope, lane: Lane, budgetMs: number): Promise<SendSlice> {
  const opened = await openMailbox(scope, lane);
  const total = { sent: 0, others: 0 };
  if (!opened) return { held: false, ...total, more: false, until: null };
  const sender: Sender = {
    ...opened,
    compiled: new Map(),
    wire: Promise.resolve(),
    until: performance.now() + budgetMs,
    total,
    judge: bounceJudge(scope),
  };
  try {
    const ends = await Promise.all(Array.from({ length: halves }, () => sendHalves(scope, lane, sender)));
    if (ends.includes("lost")) return { held: false, ...total, more: false, until: null };
    const waitMs = ends.find((end) => typeof end === "number");
    if (waitMs !== undefined) return { held: true, ...total, ...(await backOff(scope, lane, waitMs)) };
    if (ends.includes("time")) return { held: true, ...total, more: true, until: null };
    return { held: true, ...total, ...(await restUntilNext(scope, lane)) };
  } finally {
    opened.transport.close();
  }
}

type Sender = {
  transport: MailTransport;
  compiled: Compiled;
  /** Resolves when the half that is on the wire has its replies. */
  wire: Promise<unknown>;
  /** Of `performance.now()`. */
  until: number;
  total: { sent: number; others: number };
  /** Pauses those of the campaigns of which too much comes back. */
  judge: (campaignIds: string[]) => Promise<void>;
};

/** Why it stopped: another run sends, nothing is due, the time is up, or the server is to be left alone so long (ms). */
async function sendHalves(
  scope: Scope,
  lane: Lane,
  sender: Sender,
): Promise<"lost" | "empty" | "time" | number> {
  while (performance.now() < sender.until) {
    const half = await takeHalf(scope, lane, sender.compiled);
    if (half === null) return "lost";
    await tellSteps(half.events);
    const { claim, leftAlone } = half;
    if (claim.messages.length === 0) {
      if (leftAlone.length === 0) return "empty";
      // Snoozed or tagged after their slot was given, or at that moment: their steps put them off.
      await commitThenSend(scope, (tx) => releaseSlotsOf(tx, { scope, enrollmentIds: leftAlone }));
      continue;
    }
    // Not before the commit: what was rolled back has no links in the database.
    for (const [version, message] of half.compiled) sender.compiled.set(version, message);
    const { counts, unreached } = await handOver(scope, half, sender);
    sender.total.sent += counts.sent;
    sender.total.others += counts.again + counts.bounced + counts.failed + counts.unknown;
    if (counts.bounced > 0)
      await sender.judge(claim.messages.flatMap((message) => message.campaign_id ?? []));
    const trouble = await withTenant(scope, (tx) => noteMailbox(tx, lane.accountId, unreached));
    if (!trouble) continue;
    if (unreached?.refused && trouble.failures >= refusalsMax)
      await withTenant(scope, (tx) => failMailbox(tx, lane.accountId, refusalOf(unreached)));
    return trouble.waitMs;
  }
  return "time";
}

type Half = {
  claim: Claim;
  events: DriverEvent[];
  leftAlone: string[];
  loaded: Awaited<ReturnType<typeof loadForRendering>>;
  compiled: Compiled;
};

/** Claims the next half and reads all that it takes to write it, at once: what cannot be read is not claimed. */
function takeHalf(scope: Scope, lane: Lane, known: Compiled): Promise<Half | null> {
  return withTenant(scope, async (tx) => {
    if (!(await holds(tx, laneOf(lane), lane.fence, leaseSeconds))) return null;
    const { events, leftAlone, ...claim } = await claimMessages(tx, {
      scope,
      ...lane,
      limit: groupSize / halves,
      leaseSeconds,
    });
    const ids = claim.messages.map(({ id }) => id);
    const compiled: Compiled = new Map(known);
    return { claim, events, leftAlone, loaded: await loadForRendering(tx, ids, compiled), compiled };
  });
}

/** What has been claimed must go out whether or not anybody hears of the rest: the sweeper finds who did not. */
async function tellSteps(events: DriverEvent[]): Promise<void> {
  if (events.length === 0) return;
  await inngest
    .send(events)
    .catch((error: unknown) => log.warn({ err: error }, "steps were not told of messages that were put off"));
}

/** Counting a large campaign takes a while: it is done no more often than takes a twentieth of the time. */
function bounceJudge(scope: Scope): Sender["judge"] {
  let notBefore = 0;
  return async (campaignIds) => {
    const startedAt = performance.now();
    if (startedAt < notBefore) return;
    await withTenant(scope, (tx) => pauseOnBounces(tx, [...new Set(campaignIds)]));
    const now = performance.now();
    notBefore = now + 20 * (now - startedAt);
  };
}

const laneOf = ({ accountId }: Lane) => ({ table: "mailbox_lanes", id: accountId }) as const;

/** A connection pool for the mailbox; null when it is another run's, or cannot be opened, which is then noted at it. */
async function openMailbox(scope: Scope, lane: Lane): Promise<{ transport: MailTransport } | null> {
  return withTenant(scope, async (tx) => {
    if (!(await holds(tx, laneOf(lane), lane.fence, leaseSeconds))) return null;
    try {
      const server = await mailServerOf(tx, lane.accountId);
      const [account] = await tx.execute<{ lanes: number }>(
        sql`select lanes from email_accounts where id = ${lane.accountId}::uuid`,
      );
      return { transport: openTransport(server, account?.lanes ?? 1) };
    } catch (error) {
      if (!(error instanceof AppError || error instanceof SealError)) throw error;
      await closeMailbox(tx, lane, error.message);
      return null;
    }
  });
}

async function closeMailbox(tx: TenantTx, lane: Lane, problem: string): Promise<void> {
  await failMailbox(tx, lane.accountId, problem);
  await yieldUntil(tx, laneOf(lane), lane.fence, { until: null });
}

const refusalOf = ({ text }: Unreached) =>
  `Its server refuses the user name or the password (${text.replace(/^sign-in: /, "")}).`;

async function handOver(
  scope: Scope,
  { claim: { token }, loaded }: Half,
  sender: Sender,
): Promise<{ counts: SettleCounts; unreached: Unreached | null }> {
  const deadline = performance.now() + deadlineMs;
  const { rendered, refused } = await makeReady(loaded, sender.compiled);
  const replies = await onWire(sender, () => sender.transport.send(rendered, { deadline }));
  const subjects = new Map(rendered.map(({ id, subject }) => [id, subject]));
  const gaps = new Map(rendered.map(({ id, emptyFields }) => [id, emptyFields]));
  const { counts } = await settleSurely(scope, { token, results: [...refused, ...replies], subjects, gaps });
  return { counts, unreached: unreachedBy(replies) };
}

/** Whatever goes wrong until a socket is touched, none of them has left: they wait, and are tried again. */
async function makeReady(loaded: Half["loaded"], compiled: Compiled): ReturnType<typeof renderAll> {
  try {
    await loadFiles(compiled);
    return await renderAll(loaded, compiled);
  } catch (error) {
    log.error({ err: error }, "claimed messages could not be made ready, and wait");
    const text = `message: ${error instanceof Error ? error.message : String(error)}`;
    const refused = loaded.recipients.map(
      ({ id }) => ({ id, outcome: "not_sent", phase: "message", text }) as const,
    );
    return { rendered: [], refused };
  }
}

/** The files that go along, read once for each message that was compiled. One whose files cannot be read waits for them. */
async function loadFiles(compiled: Compiled): Promise<void> {
  for (const [version, message] of compiled) {
    if (message instanceof Error || message.tail !== undefined) continue;
    try {
      message.tail = await tailOf(message, message.attachments ?? []);
    } catch (error) {
      if (!(error instanceof AppError)) log.warn({ err: error }, "the files of a message could not be read");
      compiled.set(version, error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** One half at a time: the mailbox's connections are not for two. */
async function onWire<T>(sender: Sender, send: () => Promise<T>): Promise<T> {
  const turn = sender.wire.then(send, send);
  sender.wire = turn;
  return turn;
}

type Replies = {
  token: string;
  results: SendResult[];
  subjects: ReadonlyMap<string, string>;
  gaps: ReadonlyMap<string, readonly string[]>;
};

/** Longer than a database takes to come back after a crash on a busy machine. */
const settlePausesMs = [200, 1_000, 3_000, 8_000, 8_000, 10_000, 15_000, 15_000];

/** The replies exist in this process only: what cannot be written down now would be unknown for ever, so it is tried again. */
async function settleSurely(scope: Scope, replies: Replies): Promise<{ counts: SettleCounts }> {
  for (const pauseMs of settlePausesMs) {
    try {
      return await settle(scope, replies);
    } catch (error) {
      log.warn(
        { err: error, pauseMs },
        "the results of messages could not be written down, and are tried again",
      );
      await sleep(pauseMs);
    }
  }
  return settle(scope, replies);
}

async function settle(scope: Scope, replies: Replies): Promise<{ counts: SettleCounts }> {
  return commitThenSend(scope, async (tx) => {
    const { counts, events, drained } = await settleMessages(tx, { scope, ...replies });
    return { counts, events: [...events, ...drained.map((campaignId) => drainedEvent(scope, campaignId))] };
  });
}

type Rest = { more: boolean; until: string | null };

/** Nothing can be claimed: slots that were missed go back to their steps, and the mailbox rests until its next one. */
async function restUntilNext(scope: Scope, lane: Lane): Promise<Rest> {
  const { released } = await commitThenSend(scope, (tx) =>
    releaseLostSlots(tx, { scope, accountId: lane.accountId, limit: 1_000 }),
  );
  if (released === 1_000) return { more: true, until: null };
  return withTenant(scope, async (tx) => {
    if (!(await holds(tx, laneOf(lane), lane.fence))) return { more: false, until: null };
    const until = await nextSend(tx, lane.accountId);
    await yieldUntil(tx, laneOf(lane), lane.fence, { until });
    return { more: false, until: until?.toISOString() ?? null };
  });
}

/** Leaves a server alone that could not be reached. */
async function backOff(scope: Scope, lane: Lane, waitMs: number): Promise<Rest> {
  return withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ until: Date }>(
      sql`select app_now() + make_interval(secs => ${waitMs / 1000}) as until`,
    );
    const until = row?.until ?? null;
    await yieldUntil(tx, laneOf(lane), lane.fence, { until, notBefore: until });
    return { more: false, until: until?.toISOString() ?? null };
  });
}
