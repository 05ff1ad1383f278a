import { fraction } from "#server/planner/slots";

export const parts = ["web", "worker", "engine", "postgres"] as const;
export type Part = (typeof parts)[number];
/** Whose end can leave claimed messages in nobody's hands: who sends them, and where it is written down that they were. */
export const holders: ReadonlySet<Part> = new Set(["worker", "postgres"]);

type Line = { parts: readonly Part[]; most: number };
/**
 * Lines of the product at which a process can be killed, with those that it makes sense to kill there and how many
 * times at most the line is passed before. Names are of `sink.ts` (what the mail server sees) and `lines.ts` (what the
 * database sees).
 */
export const lines = {
  // Between claim and send: in the claim, and when it is committed and the first word of the message is said.
  claim: { parts: ["worker", "postgres"], most: 40 },
  mail: { parts: ["worker", "postgres", "engine"], most: 40 },
  // The message is being handed over; has arrived and the server has not said so; has been acknowledged.
  body: { parts: ["worker", "postgres"], most: 40 },
  taken: { parts: ["worker", "postgres", "engine"], most: 40 },
  replied: { parts: ["worker", "postgres"], most: 40 },
  // Between reply and settle: before the results are committed, and while they are.
  settle: { parts: ["worker", "postgres"], most: 30 },
  settled: { parts: ["worker", "postgres", "engine"], most: 40 },
  // Between two steps: of a contact, of the run that moves them, of the engine's own state.
  moved: { parts: ["worker", "postgres"], most: 6 },
  driver: { parts: ["worker", "postgres", "engine"], most: 12 },
  result: { parts: ["engine", "postgres"], most: 12 },
  job: { parts: ["engine", "postgres"], most: 20 },
  event: { parts: ["engine", "worker"], most: 8 },
  // In an import and its undo.
  slice: { parts: ["worker", "postgres", "engine"], most: 2 },
  sliced: { parts: ["worker", "postgres"], most: 4 },
  undo: { parts: ["worker", "postgres"], most: 2 },
  // In an export, and when its file is there and nobody knows.
  export: { parts: ["worker", "postgres", "engine"], most: 4 },
  exported: { parts: ["worker", "postgres"], most: 1 },
  // What the web server writes.
  launch: { parts: ["web", "postgres"], most: 1 },
  upload: { parts: ["web"], most: 1 },
  stop: { parts: ["web", "postgres"], most: 2 },
  suppress: { parts: ["web", "postgres"], most: 1 },
  hit: { parts: ["web", "postgres"], most: 3 },
} as const satisfies Record<string, Line>;
export type LineName = keyof typeof lines;
export const lineNames = Object.keys(lines) as LineName[];

/** `change`: the line is passed that many times and stands still at the last one. */
export type Moment = { line: LineName; change: number } | { afterMs: number };
/** `also`: another part that is killed at the same moment. `which`: of two of a kind, a number in [0, 1). */
export type Kill = { part: Part; also: Part | null; which: number; moment: Moment };
/** How long a campaign runs before it is paused, and how long it then rests. */
export type Pause = { afterMs: number; restMs: number };
/** `twice`: there are two workers and two engines. */
export type Plan = { seed: number; twice: boolean; kills: Kill[] };

/** How much goes on in a round. `small` takes about a minute: for `npm run verify`. */
export type Size = "whole" | "small";
/** How many people a series has, how many of them run beside each other, and how far into it lines are waited for. */
export const sizes = {
  whole: { people: 80, seriesAtOnce: 3, paced: true, depth: 1 },
  small: { people: 24, seriesAtOnce: 2, paced: false, depth: 0.25 },
} as const satisfies Record<Size, object>;

/** Of the campaign that has a daily limit and a window, from nine to five. */
export const pacedLimit = 40;
export const pacedZone = "Europe/Berlin";

/** A number in [0, 1) that seed and words decide. */
export const chance = (...words: (string | number)[]): number => fraction(words.join(":"));

const numberOf = (least: number, most: number, ...words: (string | number)[]) =>
  least + Math.floor(chance(...words) * (most - least + 1));
const oneOf = <T>(choices: readonly T[], ...words: (string | number)[]): T => {
  const chosen = choices[Math.floor(chance(...words) * choices.length)];
  if (chosen === undefined) throw new Error("There is nothing to choose from.");
  return chosen;
};

/** Every decision of a round that does not depend on how it goes: the same for the same seed. */
export function planRound(seed: number, kills: number, size: Size = "whole"): Plan {
  return {
    seed,
    twice: size === "whole" && chance(seed, "twice") < 0.4,
    kills: Array.from({ length: kills }, (_, n) => planKill(seed, n, sizes[size].depth)),
  };
}

/** The n-th pause of a round: they go on for as long as it does. */
export const planPause = (seed: number, n: number): Pause => ({
  afterMs: numberOf(800, 6_000, seed, "pause", n),
  restMs: numberOf(1_000, 5_000, seed, "rest", n),
});

function planKill(seed: number, n: number, depth: number): Kill {
  const which = chance(seed, n, "which");
  const companion = (part: Part) =>
    chance(seed, n, "also") < 0.12
      ? oneOf(
          parts.filter((other) => other !== part),
          seed,
          n,
          "companion",
        )
      : null;
  if (chance(seed, n, "how") < 0.3) {
    const part = oneOf(parts, seed, n, "part");
    return { part, also: companion(part), which, moment: { afterMs: numberOf(50, 2_000, seed, n, "after") } };
  }
  const line = oneOf(lineNames, seed, n, "line");
  const part = oneOf<Part>(lines[line].parts, seed, n, "part");
  return {
    part,
    also: companion(part),
    which,
    moment: { line, change: numberOf(1, Math.ceil(lines[line].most * depth), seed, n, "change") },
  };
}

/** What the mail server does with one try of a message. */
export type Fate =
  "take" | "take and leave" | "leave" | "leave within" | "put off" | "put off whole" | "refuse";

/** Of the `tries`-th try (from 1) of a message to this address. Whoever is refused is so each time. */
export function fateOf(seed: number, to: string, tries: number): { fate: Fate; delayMs: number } {
  const slow = chance(seed, to, tries, "slow");
  const delayMs = slow < 0.01 ? 600 + Math.round(slow * 100_000) : numberOf(5, 35, seed, to, tries, "delay");
  if (chance(seed, to, "refused") < 0.006) return { fate: "refuse", delayMs };
  const at = chance(seed, to, tries, "fate");
  const fates: [below: number, Fate][] = [
    [0.012, "put off"],
    [0.02, "put off whole"],
    [0.026, "leave"],
    [0.03, "leave within"],
    [0.036, "take and leave"],
  ];
  return { fate: fates.find(([below]) => at < below)?.[1] ?? "take", delayMs };
}
