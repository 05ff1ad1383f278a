import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { forSpawn } from "./child-env.ts";
import type { Variables } from "./child-env.ts";
import { openLogFile } from "./log-file.ts";

export type Stage = {
  name: string;
  /** Arguments of Node. */
  args: string[];
  env?: Variables;
};

export type Outcome = { name: string; ok: boolean; seconds: number; tail: string; logFile: string };

const tether = new URL("./tether.mjs", import.meta.url).href;
const tailLines = 120;
/** Vitest's and Playwright's line for a test, or a file of tests, that passed. */
const passed = /^\s*(✓|ok\s+\d+ )/;

/** What a failed stage says on the console: the end of its output without what passed, so that the failure stands first. */
export const worthTelling = (lines: string[]): string[] =>
  lines.filter((line, n) => !passed.test(line) && (line.trim() !== "" || lines[n - 1]?.trim() !== ""));

/** Runs one stage to its end, all of its output into a file. An abort ends it with everything it has started. */
export async function runStage(
  stage: Stage,
  options: { root: string; logDir: string; signal: AbortSignal },
): Promise<Outcome> {
  const { root, logDir, signal } = options;
  const startedAt = performance.now();
  const logFile = path.join(logDir, `${stage.name.replaceAll(" ", "-")}.log`);
  const log = openLogFile(logFile);
  log.write(`--- ${new Date().toISOString()} ${stage.args.join(" ")}`);
  const child = spawn(
    process.execPath,
    ["--import", tether, "--disable-warning=ExperimentalWarning", ...stage.args],
    {
      cwd: root,
      env: forSpawn({ ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1", ...stage.env }),
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  child.stdin.on("error", () => undefined);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      log.write(line);
      lines.push(line);
      if (lines.length > 2 * tailLines)
        lines.splice(0, lines.length, ...worthTelling(lines).slice(-tailLines));
    });
  }
  const endGroup = (how: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, how);
      else child.kill(how);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  };
  const onAbort = () => endGroup("SIGTERM");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const ok = await new Promise<boolean>((resolve) => {
    child.once("error", (error) => {
      lines.push(error.message);
      resolve(false);
    });
    child.once("close", (code) => resolve(code === 0));
  });
  signal.removeEventListener("abort", onAbort);
  endGroup("SIGKILL");
  log.close();
  return {
    name: stage.name,
    ok,
    seconds: (performance.now() - startedAt) / 1000,
    tail: worthTelling(lines).slice(-tailLines).join("\n"),
    logFile,
  };
}
