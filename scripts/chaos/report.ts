import { parts } from "./plan.ts";
import type { Round } from "./round.ts";

const sum = <R>(rounds: readonly R[], of: (round: R) => number) =>
  rounds.reduce((total, round) => total + of(round), 0);

const header = [
  "seed",
  "kills",
  ...parts,
  "two at once",
  "at a line",
  "messages",
  "imports",
  "exports",
  "lost",
  "doubled",
  "unknown",
  "most in hand",
  "sent after stop",
  "last after a pause",
];

function cells(seed: string, rounds: readonly Round[]): string[] {
  const of = (count: (round: Round) => number) => sum(rounds, count).toLocaleString("en");
  const most = (count: (round: Round) => number) => Math.max(0, ...rounds.map(count)).toLocaleString("en");
  return [
    seed,
    of(({ kills }) => kills.length),
    ...parts.map((part) =>
      of(({ kills }) => kills.filter(({ kill }) => kill.part === part || kill.also === part).length),
    ),
    of(({ kills }) => kills.filter(({ kill }) => kill.also !== null).length),
    of(({ kills }) => kills.filter(({ kill, stood }) => stood && "line" in kill.moment).length),
    of(({ findings }) => findings.messages),
    of(({ imports }) => imports),
    of(({ exports }) => exports),
    of(({ findings }) => findings.lost),
    of(({ findings }) => findings.doubled),
    of(({ findings }) => findings.unknown),
    most(({ findings }) => findings.inHand),
    of(({ findings }) => findings.afterStop),
    `${most(({ findings }) => findings.stopMs)} ms`,
  ];
}

/** What rounds came to, a row each and one for all, as the table of docs/reliability.md. */
export function table(rounds: readonly Round[]): string {
  const rows = [
    header,
    header.map(() => "---"),
    ...rounds.map((round) => cells(`${round.seed}${round.twice ? " (two of a kind)" : ""}`, [round])),
  ];
  if (rounds.length > 1) rows.push(cells("all", rounds));
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`)
    .join("\n");
}

/** Why rounds in which nothing broke prove less than was asked for; null when they do not. `minutes`: where somebody chose them. */
export function shortOf(
  rounds: readonly Pick<Round, "kills">[],
  asked: { kills: number; minutes: number | null },
): string | null {
  const dealt = sum(rounds, (round) => round.kills.length);
  if (dealt === 0) return "Nothing was killed in the time that was given: this proves nothing.";
  if (dealt >= asked.kills || asked.minutes !== null) return null;
  return `${dealt} of ${asked.kills} kills were dealt before the time was up: give it more with --minutes, or ask for fewer with --kills.`;
}
