/**
 * Kills the processes of the product while it works, and counts what became of every message:
 *
 *   npm run chaos -- [--seed 1] [--kills 24] [--minutes 10] [--each 12] [--small]
 *
 * Rounds of `each` kills with the seeds `seed`, `seed + 1` and so on, until there were so many kills or the time is up,
 * which begins with the first mail. Without a time of one's own it fails where it ran out before so many were killed.
 * The same seed decides the same: what a mail server does with whom, what is killed, when and at which line.
 */
import { chaosDir } from "./environment.ts";
import path from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase } from "#db/client";
import { build, isBuilt } from "../build.ts";
import { complain, say } from "../console.ts";
import { takeLock } from "../lock.mjs";
import { root } from "../runtime.mjs";
import { startProduct } from "./product.ts";
import { shortOf, table } from "./report.ts";
import { playRound, type Round } from "./round.ts";
import { verifyDist } from "../verify-env.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.trunc(Math.random() * 1e6)) },
    kills: { type: "string", default: "24" },
    minutes: { type: "string" },
    each: { type: "string", default: "12" },
    small: { type: "boolean", default: false },
  },
});

const usualMinutes = 10;

function numberOf(name: "seed" | "kills" | "minutes" | "each"): number {
  const given = Number(values[name] ?? usualMinutes);
  if (!Number.isFinite(given) || given <= 0)
    throw new Error(`--${name} is ${JSON.stringify(values[name])}: give it a number, such as 12.`);
  return given;
}

/** The pages of `npm run verify`, where they are as the sources are. */
async function builtPages(signal: AbortSignal): Promise<void> {
  if (isBuilt(root, verifyDist)) return;
  say("Building the pages; a minute or so, only after a change");
  const logFile = path.join(chaosDir, "build.log");
  await build({ root, distDir: verifyDist, logFile, env: process.env, signal });
}

function tell({ seed, findings, seconds }: Round): void {
  const { messages, lost, doubled, unknown, afterStop, breaches } = findings;
  say(
    `Seed ${seed}: ${messages} messages, ${lost} lost, ${doubled} doubled, ${unknown} unknown, ${afterStop} sent after stop, the last mail ${findings.stopMs} ms after a pause, ${findings.inHand} in hand at most; ${seconds.toFixed(0)} s`,
  );
  for (const breach of breaches.slice(0, 40)) complain(breach);
  if (breaches.length > 40) complain(`… and ${breaches.length - 40} more`);
}

async function main(): Promise<number> {
  const [first, kills, minutes, each] = [
    numberOf("seed"),
    numberOf("kills"),
    numberOf("minutes"),
    numberOf("each"),
  ];
  if (process.platform !== "linux")
    throw new Error("Processes are found through /proc, which only Linux has.");
  const lock = takeLock(path.join(chaosDir, "chaos.lock"), "");
  if (lock.holder)
    throw new Error(`Another npm run chaos is at work in this folder (process ${lock.holder.pid}).`);
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopping.abort());
  process.once("disconnect", () => stopping.abort());
  const { signal } = stopping;
  const ready = builtPages(signal);
  const product = await startProduct({ kind: "built", distDir: verifyDist, ready }, say);
  const size = values.small ? "small" : "whole";
  let deadline = Infinity;
  const until = () => {
    if (deadline === Infinity) deadline = performance.now() + minutes * 60_000;
    return deadline;
  };
  const rounds: Round[] = [];
  let broken = false;
  try {
    let left = kills;
    for (
      let seed = first;
      left > 0 && !signal.aborted && performance.now() < deadline && !broken;
      seed += 1
    ) {
      say(`Round with seed ${seed}`);
      const round = await playRound(product, {
        seed,
        kills: Math.min(each, left),
        size,
        until,
        say,
        signal,
      });
      rounds.push(round);
      left -= round.kills.length;
      tell(round);
      broken = round.findings.breaches.length > 0;
      if (broken)
        complain(
          `Again: npm run chaos -- --seed ${seed} --kills ${round.kills.length} --each ${each}${values.small ? " --small" : ""}`,
        );
    }
  } finally {
    await closeDatabase();
    await product.stop();
    lock.release?.();
  }
  say(`\n${table(rounds)}\n`);
  if (broken) return 1;
  const missing = shortOf(rounds, { kills, minutes: values.minutes === undefined ? null : minutes });
  if (missing) complain(missing);
  return missing ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
