// Runs on any Node from 20.9, before anything is installed: no dependencies.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { install, missingPackages } from "./install.mjs";

/** The folder of the project. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const wantedMajor = 24;
const starter = process.ppid;
const lookMs = 300;
const major = (version) => Number(version.replace(/^v/, "").split(".")[0]);

/** The Node 24 that came with the packages; undefined where there is none for this machine. */
export function packagedNode(folder = root) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const file = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  const binary = path.join(folder, "node_modules", `node-${platform}-${process.arch}`, file);
  return existsSync(binary) ? binary : undefined;
}

/** What is wrong with the Node that started us, as a sentence; null when it will do. */
export function nodeProblem(version = process.version) {
  const [first, second] = version.replace(/^v/, "").split(".").map(Number);
  if (first > 20 || (first === 20 && second >= 9)) return null;
  return `Node ${version} is too old: 20.9 or newer is needed to start (the product then runs on its own Node ${wantedMajor}).`;
}

/** The Node 24 to run on. @throws Error with what to do where npm brings none and the system's is another. */
export function nodeToRunOn() {
  const packaged = packagedNode();
  if (packaged) return packaged;
  if (major(process.version) >= wantedMajor) return process.execPath;
  throw new Error(
    `There is no packaged Node ${wantedMajor} for ${process.platform}-${process.arch}, and the installed Node is ${process.version}. `
      + `Install Node ${wantedMajor} (https://nodejs.org, or: brew install node@${wantedMajor}), then try again.`,
  );
}

/** Installs what package-lock.json wants and node_modules lacks. */
export async function installMissing() {
  const missing = missingPackages(root);
  if (missing === null) return;
  process.stdout.write(`Installing packages (${missing}); a minute or two the first time.\n`);
  await install(root);
}

/**
 * npm starts scripts through a shell, and hands a SIGTERM to that shell, which ends without a word to us: that it is
 * gone is how we hear of it. Without npm a shell may well end and leave us running.
 */
function onShellGone(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const timer = setInterval(() => {
    if (process.ppid === starter) return;
    clearInterval(timer);
    stop();
  }, lookMs);
  timer.unref();
}

/**
 * Runs a TypeScript file of this folder on Node 24 and ends with its exit code. It shares the terminal; signals are
 * passed on, and it ends when this process or the npm that started it does.
 */
export function runOn24(file, args = process.argv.slice(2)) {
  const node = nodeToRunOn();
  const env = {
    ...process.env,
    PATH: `${path.join(root, "node_modules", ".bin")}${path.delimiter}${process.env.PATH ?? ""}`,
  };
  const child = spawn(
    node,
    ["--disable-warning=ExperimentalWarning", path.join(root, "scripts", file), ...args],
    {
      cwd: root,
      env,
      stdio: ["inherit", "inherit", "inherit", "ipc"],
    },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  onShellGone(() => child.kill("SIGTERM"));
  child.on("error", (error) => {
    process.stderr.write(`${node} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (os.constants.signals[signal] ?? 1));
  });
}

/** Takes `.env` into the environment; what is set already stays. */
export function loadDotEnv() {
  if (existsSync(path.join(root, ".env"))) process.loadEnvFile?.(path.join(root, ".env"));
}

/** What a second start in the same folder says. `holder` comes from lock.mjs. */
export const alreadyRuns = ({ pid, says }) =>
  `Postroad already runs in this folder (process ${pid})${says ? `: ${says}` : ""}.\n`
  + `Stop it with Ctrl-C where it was started, or with: kill ${pid}\n`
  + "To run a second one beside it, set DATA_DIR and every port (see .env.example).";

/** Runs the work and turns an error into its sentence and exit code 1. */
export async function orExplain(work) {
  try {
    process.chdir(root);
    const problem = nodeProblem();
    if (problem) throw new Error(problem);
    await work();
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
