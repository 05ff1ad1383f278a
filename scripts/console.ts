import { styleText } from "node:util";
import { z } from "zod";

const logLine = z.object({
  level: z.string(),
  msg: z.string().optional(),
  err: z.object({ message: z.string().optional() }).optional(),
});

/** What of a child's line belongs on the console: its errors, as one line; null for the rest, which the log file keeps. */
export function worthShowing(line: string): string | null {
  if (!line.startsWith("{")) return null;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  const entry = logLine.safeParse(json);
  if (!entry.success || !["error", "fatal"].includes(entry.data.level)) return null;
  const { msg, err } = entry.data;
  return [msg, err?.message].filter((part) => part !== undefined && part !== "").join(": ");
}

export const prefixed = (name: string, line: string): string =>
  `${styleText("dim", `${name.padEnd(8)}│`)} ${line}`;

/** What follows where the web server serves the functions and no worker runs. */
export const withoutWorker =
  "INNGEST_SERVE=web: no worker listens to mailboxes, so that replies are found once a minute and not as they come.";

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export const complain = (line: string): void => {
  process.stderr.write(`\n${styleText("red", line)}\n`);
};

/** Label and value in two columns, under a title. */
export function banner(title: string, rows: [label: string, value: string][]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `    ${styleText("dim", label.padEnd(width))}   ${value}`);
  return `\n  ${styleText(["bold", "green"], title)}\n\n${lines.join("\n")}\n`;
}
