import { styleText } from "node:util";

/** One thing that was looked at. A problem says what to do; a note is neither right nor wrong. */
export type Finding =
  | { kind: "ok" | "note"; what: string; says: string }
  | { kind: "problem"; what: string; says: string; fix: string };

export const ok = (what: string, says: string): Finding => ({ kind: "ok", what, says });
export const note = (what: string, says: string): Finding => ({ kind: "note", what, says });
export const problem = (what: string, says: string, fix: string): Finding => ({
  kind: "problem",
  what,
  says,
  fix,
});

export const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return error instanceof Error ? `${error.message || error.name}${cause}` : String(error);
};

const marks = {
  ok: styleText("green", "ok     "),
  note: styleText("dim", "-      "),
  problem: styleText("red", "PROBLEM"),
};

/** One line each; a problem gets a second one with what to do. */
export const asText = (finding: Finding): string => {
  const line = `  ${marks[finding.kind]}  ${finding.what.padEnd(14)} ${finding.says}`;
  return finding.kind === "problem"
    ? `${line}\n                         ${styleText("bold", finding.fix)}`
    : line;
};
