import { setTimeout as sleep } from "node:timers/promises";
import { groupSize } from "#server/messages/send";
import { launchThem, pauseThem, readThem, resume } from "./actors.ts";
import { surely } from "./api.ts";
import { awaitNumbers } from "./await-numbers.ts";
import { moveOn } from "./clock.ts";
import { exportThem } from "./exporter.ts";
import { importThem } from "./importer.ts";
import { examine, type Findings, loadFacts } from "./invariants.ts";
import { carryOut, type Done } from "./kills.ts";
import { planRound, type Size } from "./plan.ts";
import { asOwner, type Product } from "./product.ts";
import { recountNumbers } from "./numbers.ts";
import { recount } from "./recount.ts";
import type { Entry } from "./sink-history.ts";
import { makeWorld, type World } from "./world.ts";

export type Round = {
  seed: number;
  twice: boolean;
  findings: Findings;
  kills: Done[];
  imports: number;
  exports: number;
  seconds: number;
};

/**
 * `until` (of `performance.now()`): nothing is killed any more after it, and the round comes to its end. Asked once there is
 * mail: what a start takes is nobody's time.
 */
type Options = {
  seed: number;
  kills: number;
  size: Size;
  until: () => number;
  say: (line: string) => void;
  signal: AbortSignal;
};

/** A tenant whose campaigns, imports and people go on while processes are killed; then everything is let come to its end, and counted. */
export async function playRound(
  product: Product,
  { seed, kills: count, size, until, say, signal }: Options,
): Promise<Round> {
  const startedAt = performance.now();
  const plan = planRound(seed, count, size);
  product.sink.send({ seed });
  product.history.next();
  const history: Entry[] = [];
  const entries = () => {
    history.push(...product.history.next());
    return history;
  };
  const world = await makeWorld(product, seed, size);
  const endSecond = plan.twice ? await product.startSecond() : null;
  const moving = new AbortController();
  const clock = moveOn(world, moving.signal);
  const importing = importThem(world);
  const exporting = exportThem(world);
  // Whoever pauses lets go on what he has paused, before anybody else does.
  const pausing = pauseThem(world);
  const actors = Promise.all([
    launchThem(world),
    readThem(world, entries),
    pausing,
    importing,
    exporting,
    clock,
  ]);
  // What one of them dies of ends the round, whenever that is.
  let failed: Error | undefined;
  actors.catch((error: unknown) => (failed ??= error instanceof Error ? error : new Error(String(error))));
  // There is something to be lost from here on.
  await awaitMail(entries, () => !failed && !signal.aborted);
  const kills: Done[] = [];
  for (const planned of plan.kills) {
    if (failed || signal.aborted || performance.now() > until()) break;
    const done = await carryOut(world, planned);
    kills.push(done);
    say(`  ${wordsOf(done, kills.length)}`);
  }
  world.over = true;
  const isWell = () => !failed && !signal.aborted;
  // Why they failed is in `failed` already.
  await pausing.catch(() => undefined);
  await comeToAnEnd(world, isWell);
  if (isWell()) await exporting.then(() => importing).catch(() => undefined);
  moving.abort();
  await actors.catch(() => undefined);
  if (isWell()) await awaitNumbers(world);
  await endSecond?.();
  if (failed) throw failed;
  if (signal.aborted)
    throw new Error("Stopped before the round had come to its end: nothing of it is judged.");
  // What left last may still be on its way into the history.
  await sleep(200);
  const { messages, enrollments, users } = await asOwner(product, (sql) => loadFacts(sql, world));
  for (const count of [recount, recountNumbers])
    world.breaches.push(...(await asOwner(product, (sql) => count(sql, world.tenant.tenantId))));
  // What the product tells its users is no message of a campaign.
  const mail = entries().filter(({ to }) => !users.includes(to));
  const findings = examine({ world, history: mail, messages, enrollments, kills, groupSize });
  const [{ imports }, { exports }] = await Promise.all([importing, exporting]);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seed, twice: plan.twice, findings, kills, imports, exports, seconds };
}

function wordsOf({ kill: { part, also, moment }, stood, inHand, backMs }: Done, n: number): string {
  const where =
    "line" in moment
      ? stood
        ? `at "${moment.line}" ${moment.change}`
        : `waiting for "${moment.line}" ${moment.change}`
      : `after ${moment.afterMs} ms`;
  const count = [...inHand.values()].reduce((sum, ids) => sum + ids.length, 0);
  return `${String(n).padStart(3)}  ${[part, also].filter(Boolean).join(" and ").padEnd(19)} ${where.padEnd(24)} ${String(count).padStart(3)} in hand, back after ${(backMs / 1000).toFixed(1)} s`;
}

const patienceMs = 600_000;

/** @throws Error when nothing is sent at all: there would be nothing to lose */
async function awaitMail(entries: () => readonly Entry[], isWell: () => boolean): Promise<void> {
  for (const deadline = performance.now() + patienceMs; isWell(); await sleep(50)) {
    if (entries().some(({ event }) => event === "taken")) return;
    if (performance.now() > deadline) throw new Error("No mail was sent within ten minutes.");
  }
}

/** Waits until every campaign has completed. What guards pause is let go on. What does not end is found as lost. */
async function comeToAnEnd(world: World, isWell: () => boolean): Promise<void> {
  for (
    const deadline = performance.now() + patienceMs;
    performance.now() < deadline && isWell();
    await sleep(300)
  ) {
    const rows = await surely("the state of campaigns", () =>
      asOwner(
        world.product,
        (sql) => sql<{ id: string; status: string }[]>`
        select id, status from campaigns where tenant_id = ${world.tenant.tenantId} and status <> 'completed'`,
      ),
    );
    if (rows.length === 0 && world.campaigns.length > 0) return;
    for (const { id, status } of rows) if (status === "paused") await resume(world, id);
  }
}
