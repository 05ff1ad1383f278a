import { expect, test } from "vitest";
import { gapAfter } from "#server/planner/slots";
import { kindsOfZones, offsetsOf } from "#server/planner/testing-transitions";
import { type Window, weekdays } from "#server/planner/window";
import { begin, number, run, type Simulation } from "./testing-machine.ts";

/*
 * Campaigns of one seed each, from their first person to their last, through all that the engine reckons without a
 * database. By hand by the ten thousand: `SEEDS=20000 npx vitest run server/enrollments/machine`; `SEED=7` repeats one.
 */
const seeds = Number(process.env.SEEDS ?? 100);
const firstSeed = Number(process.env.SEED ?? Math.trunc(Math.random() * 1e6));

const kinds = kindsOfZones(Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1));
const offsets = new Map(kinds.map(({ zone }) => [zone, offsetsOf(zone)]));

/** It begins within two days before the clocks of its zone change. */
function simulate(seed: number): Simulation {
  const { zone, transitions } = kinds[number(seed, "zone", 0, kinds.length - 1)] ?? {
    zone: "UTC",
    transitions: [],
  };
  const change = transitions[number(seed, "change", 0, transitions.length - 1)]?.at ?? Date.UTC(2026, 2, 1);
  const from = change - number(seed, "before", 0, 48 * 60) * 60_000;
  return run(begin(seed, zone, from), from);
}

/** Whether a clock that shows `local` stands inside of the window. One over midnight is of the day it began on. */
function isInside({ start, end, days }: Window, local: string): boolean {
  const time = local.slice(11, 16);
  const on = (ago: number) =>
    days.includes(weekdays[(new Date(Date.parse(local) - ago * 86_400_000).getUTCDay() + 6) % 7] ?? "mon");
  if (start < end) return on(0) && time >= start && time < end;
  return (on(0) && time >= start) || (on(1) && time < end);
}

function check({
  graph,
  window,
  dailyLimit,
  hourlyLimit,
  delayMs,
  people,
  messages,
  seed,
  rounds,
}: Simulation): void {
  // Everybody comes to an end, in no more looks than there were moments.
  expect(people.filter(({ end }) => end === null).map(({ id, step }) => `${id} at ${step?.id}`)).toEqual([]);
  expect(rounds).toBeLessThan(20_000);
  expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
  const offset = offsets.get(graph.zone) ?? (() => 0);
  const wall = (at: number) => new Date(at + offset(at)).toISOString();
  const used = messages.flatMap(({ slots }) => slots.filter((one) => one.used).map(({ slot }) => slot));
  // Taken once, and never tried again after it was taken, refused or lost sight of.
  const triedAgain = messages.filter(
    ({ tries, state }) =>
      tries.slice(0, -1).some(({ outcome }) => outcome !== "deferred" && outcome !== "not_sent")
      || ((state === "sent" || state === "unknown") && tries.at(-1)?.outcome !== state),
  );
  expect(triedAgain).toEqual([]);
  const outside = messages.flatMap(({ tries }) =>
    tries.map(({ at }) => wall(at)).filter((local) => !isInside(window, local)),
  );
  expect(outside).toEqual([]);
  for (const [, some] of Map.groupBy(used, ({ at }) => wall(at).slice(0, 10)))
    expect(some.length).toBeLessThanOrEqual(dailyLimit);
  const times = used.map(({ at }) => at).sort((a, b) => a - b);
  const pace = { delayMs, jitter: 0.2, seed: String(seed) };
  const tooClose = times.filter((at, n) => {
    const before = times[n - 1] ?? -Infinity;
    const back = hourlyLimit === null ? -Infinity : (times[n - hourlyLimit] ?? -Infinity);
    return at - before < gapAfter(pace, { id: "ana" }, before) || at - back < 3_600_000;
  });
  expect(tooClose).toEqual([]);
  // Nobody comes to a step twice, and nobody who is through has an email that is not decided.
  for (const { visited, end, id } of people) {
    expect(new Set(visited.map(({ step }) => step)).size).toBe(visited.length);
    const open = messages.filter(({ key, state }) => key.startsWith(`${id}:`) && state === "queued");
    if (end === "completed") expect(open).toEqual([]);
  }
}

test(`${seeds} campaigns of chance come to their end, and nothing leaves twice, outside the window or over a limit`, () => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    try {
      check(simulate(seed));
    } catch (error) {
      throw new Error(`SEED=${seed} SEEDS=1: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}, 3_600_000);

test("the same seed tells the same story", () => {
  expect(simulate(firstSeed)).toEqual(simulate(firstSeed));
});
