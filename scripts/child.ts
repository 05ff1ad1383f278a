import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { forSpawn } from "./child-env.ts";
import type { Variables } from "./child-env.ts";
import { openLogFile } from "./log-file.ts";

export type ChildOptions = {
  name: string;
  /** Arguments of Node. */
  args: string[];
  env: Variables;
  cwd: string;
  logFile: string;
  /** Answers with a status below 500 once the process can work. */
  healthUrl: string;
  /** How long it may take to get there. */
  patienceMs: number;
  onLine?: (line: string) => void;
  /** Ends the start half-way. */
  signal: AbortSignal;
};

/** Something that runs: a process of ours, or a server that was adopted. */
export type Running = {
  pid: number | undefined;
  /** Resolves, with how it ended, when it is no longer there. */
  ended: Promise<string>;
  /** Asks it to end, waits, then ends it. */
  stop: () => Promise<void>;
  /** Ends it at once. */
  kill: () => void;
};

/** A little more than what a process may take to end the work in its hands. */
const graceMs = 35_000;
const pollMs = 60;
const tether = new URL("./tether.mjs", import.meta.url).href;

/**
 * Starts a Node process in a process group of its own, so that a Ctrl-C reaches only us, and waits until it is healthy.
 * Its output goes to the log file. @throws Error with its last words when it ends before that.
 */
export async function startChild(options: ChildOptions): Promise<Running> {
  const { name, args, env, cwd, healthUrl, patienceMs, signal } = options;
  if (await isHealthy(healthUrl))
    throw new Error(`Something else answers at ${healthUrl} already: the port of ${name} is taken.`);
  const child = spawn(
    process.execPath,
    ["--import", tether, "--disable-warning=ExperimentalWarning", ...args],
    {
      cwd,
      env: forSpawn(env),
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  // Its end closing this pipe is no failure of ours: `ended` tells.
  child.stdin.on("error", () => undefined);
  const last = keepOutput(child.stdout, child.stderr, options);
  const state: { how?: string } = {};
  const ended = endOf(child).then((how) => {
    state.how = how;
    signalGroup(child, "SIGKILL");
    return how;
  });

  const deadline = performance.now() + patienceMs;
  while (!(await isHealthy(healthUrl))) {
    if (state.how !== undefined) {
      await sleep(50);
      throw new Error(
        `${name} ended while starting (${state.how}). Its last words (all in ${options.logFile}):\n${last()}`,
      );
    }
    if (signal.aborted || performance.now() > deadline) {
      signalGroup(child, "SIGKILL");
      await ended;
      const why = signal.aborted
        ? "was stopped while starting"
        : `does not answer at ${healthUrl} after ${patienceMs / 1000} s`;
      throw new Error(`${name} ${why}. Its last words (all in ${options.logFile}):\n${last()}`);
    }
    await sleep(pollMs);
  }

  return {
    pid: child.pid,
    ended,
    stop: async () => {
      signalGroup(child, "SIGTERM");
      const timer = setTimeout(() => signalGroup(child, "SIGKILL"), graceMs);
      await ended;
      clearTimeout(timer);
    },
    kill: () => signalGroup(child, "SIGKILL"),
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
}

/** Signals the whole group: what the process has started goes with it. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

export async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: "manual" });
    await answer.body?.cancel();
    return answer.status < 500;
  } catch {
    return false;
  }
}

/** Writes every line to the log file and hands it on; the result gives the last ones. */
function keepOutput(stdout: Readable, stderr: Readable, { logFile, onLine }: ChildOptions): () => string {
  const file = openLogFile(logFile);
  const recent: string[] = [];
  let open = 2;
  for (const stream of [stdout, stderr]) {
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on("line", (line) => {
      file.write(line);
      if (recent.push(line) > 25) recent.shift();
      onLine?.(line);
    });
    lines.once("close", () => {
      open -= 1;
      if (open === 0) file.close();
    });
  }
  return () => recent.map((line) => `  ${line}`).join("\n");
}
