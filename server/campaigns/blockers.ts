import { AppError } from "#server/errors";
import type { Problem } from "./checks.ts";

export const blockersIn = (problems: readonly Problem[]): Problem[] =>
  problems.filter((problem) => problem.severity === "blocker");

/** Throws `invalid` with every blocker as a sentence. `wanted` completes “cannot be”. */
export function refuseBlocked(problems: readonly Problem[], wanted: string): void {
  const blockers = blockersIn(problems);
  if (blockers.length === 0) return;
  throw new AppError(
    "invalid",
    `The campaign cannot be ${wanted} yet. ${blockers.map((blocker) => blocker.message).join(" ")}`,
    Object.fromEntries(
      blockers.map((blocker) => [
        blocker.stepId ? `${blocker.code}.${blocker.stepId}` : blocker.code,
        blocker.message,
      ]),
    ),
  );
}
