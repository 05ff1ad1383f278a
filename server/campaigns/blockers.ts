import { AppError } from "#server/errors";
import type { Problem } from "./checks.ts";
import { problemKey } from "./schema.ts";

export const blockersIn = (problems: readonly Problem[]): Problem[] =>
  problems.filter((problem) => problem.severity === "blocker");

/** Throws `invalid` with every blocker as a sentence. `wanted` completes “cannot be”. */
export function refuseBlocked(problems: readonly Problem[], wanted: string): void {
  const blockers = blockersIn(problems);
  if (blockers.length === 0) return;
  throw new AppError(
    "invalid",
    `The campaign cannot be ${wanted} yet. ${blockers.map((blocker) => blocker.message).join(" ")}`,
    Object.fromEntries(blockers.map((blocker) => [problemKey(blocker), blocker.message])),
  );
}

/** Throws `conflict` on `acknowledged` when there is a warning that nobody has looked at yet. `wanted` completes “was not”. */
export function refuseUnseen(
  problems: readonly Problem[],
  acknowledged: readonly string[],
  wanted: string,
): void {
  const seen = new Set(acknowledged);
  const unseen = problems.filter(
    (problem) => problem.severity === "warning" && !seen.has(problemKey(problem)),
  );
  if (unseen.length === 0) return;
  const sentence = `It was not ${wanted}: look at ${unseen.length === 1 ? "this" : "these"} first. ${unseen.map(({ message }) => message).join(" ")}`;
  throw new AppError("conflict", sentence, { acknowledged: sentence });
}
