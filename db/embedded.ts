import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { binary, findBinaries, reachableByOthers, type Binaries } from "./embedded-binaries.ts";
import { probe, postmaster } from "./embedded-probe.ts";

export type PostgresOptions = {
  /** Folder of the cluster; made on first use. */
  dataDir: string;
  /** Port on 127.0.0.1. */
  port: number;
  /** Password of the superuser `postgres`; fixed when the cluster is made. */
  password: string;
  /** Trades crash safety for speed (no fsync): for tests only. */
  fast?: boolean;
  log?: (line: string) => void;
};

export type RunningPostgres = {
  /** The port it listens on: the one asked for, or the one of an adopted server. */
  port: number;
  /** True when a server left behind by an earlier start was taken over instead of started. */
  adopted: boolean;
  /** The server's process when it was started here. */
  process: ChildProcess | undefined;
  /** Fast shutdown: open transactions are rolled back, data is flushed. */
  stop: () => Promise<void>;
};

const startSeconds = 60;

/**
 * Runs the Postgres of the npm package on `dataDir`, or adopts the server that already runs there (after its
 * starter was killed). Safe when two processes call it at once: one starts, the other adopts. Throws a sentence
 * a person can act on: port taken, wrong password, other major version, no permission.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const log = options.log ?? (() => undefined);
  const binaries = findBinaries(log);
  const dataDir = settleDataDir(path.resolve(options.dataDir), binaries, log);
  const deadline = Date.now() + startSeconds * 1000;
  for (;;) {
    const running = postmaster(dataDir);
    if (running) {
      const answer = await probe(running.port, options.password);
      if (answer.kind === "postgres" && samePath(answer.dataDir, dataDir)) {
        log(`Postgres already runs on port ${running.port}: using it`);
        return { port: running.port, adopted: true, process: undefined, stop: () => stop(binaries, dataDir) };
      }
      if (answer.kind === "refused") throw new Error(wrongPassword(running.port, dataDir, answer.message));
      // It is starting, recovering or stopping: look again.
      if (Date.now() > deadline)
        throw new Error(`Postgres (process ${running.pid}) on ${dataDir} does not answer.`);
      await sleep(50);
      continue;
    }
    await refuseTakenPort(options.port, dataDir, options.password);
    makeCluster(dataDir, binaries, options);
    const child = await launch(dataDir, binaries, options, deadline);
    if (child)
      return { port: options.port, adopted: false, process: child, stop: () => stop(binaries, dataDir) };
    await sleep(50);
  }
}

/** Where the cluster really lives: beside the project, or, if its user cannot get there, under /var/lib. */
function settleDataDir(dataDir: string, { runAs }: Binaries, log: (line: string) => void): string {
  fs.mkdirSync(path.dirname(dataDir), { recursive: true });
  const pointer = `${dataDir}.location`;
  if (fs.existsSync(pointer)) return fs.readFileSync(pointer, "utf8").trim();
  if (runAs.uid === undefined || reachableByOthers(dataDir)) return dataDir;
  // Not /var/tmp: systems clean it by age, and this is the user's data.
  const parent = "/var/lib/postroad";
  fs.mkdirSync(parent, { recursive: true, mode: 0o755 });
  const moved = path.join(fs.mkdtempSync(path.join(parent, "postgres-")), "data");
  fs.chmodSync(path.dirname(moved), 0o711);
  fs.writeFileSync(pointer, `${moved}\n`);
  log(`${dataDir} lies in a private folder that Postgres' user cannot enter: data goes to ${moved}`);
  return moved;
}

async function refuseTakenPort(port: number, dataDir: string, password: string): Promise<void> {
  const answer = await probe(port, password);
  if (answer.kind === "closed") return;
  const who = answer.kind === "postgres" ? `another Postgres (on ${answer.dataDir})` : "another program";
  throw new Error(
    `Port ${port} is taken by ${who}, so the Postgres of ${dataDir} cannot start there. `
      + "Stop it, or choose another port (PG_PORT).",
  );
}

/** Runs initdb beside the final place and renames: a killed initdb never looks like a finished one. */
function makeCluster(dataDir: string, binaries: Binaries, { password, fast }: PostgresOptions): void {
  const version = path.join(dataDir, "PG_VERSION");
  if (fs.existsSync(version)) return refuseOtherMajor(dataDir, version, binaries);
  if (fs.existsSync(dataDir) && fs.readdirSync(dataDir).length > 0) {
    throw new Error(
      `${dataDir} has files in it but is no Postgres data folder. Move them away, then start again.`,
    );
  }
  const { uid, gid } = binaries.runAs;
  const fresh = fs.mkdtempSync(`${dataDir}.new-`);
  const secret = `${fresh}.password`;
  try {
    fs.writeFileSync(secret, `${password}\n`, { mode: 0o600 });
    if (uid !== undefined && gid !== undefined) {
      fs.chownSync(fresh, uid, gid);
      fs.chownSync(secret, uid, gid);
    }
    const made = spawnSync(
      binary(binaries, "initdb"),
      [
        ...["-D", fresh, "-U", "postgres", `--pwfile=${secret}`, "--auth=scram-sha-256", "--encoding=UTF8"],
        ...[
          "--locale=C",
          "--locale-provider=builtin",
          "--builtin-locale=C.UTF-8",
          ...(fast ? ["--no-sync"] : []),
        ],
      ],
      { ...binaries.runAs, cwd: "/", encoding: "utf8" },
    );
    if (made.status !== 0) {
      throw new Error(
        `Postgres could not make its data folder ${dataDir}: ${made.error?.message ?? made.stderr}`,
      );
    }
    // Two starts at once: rename refuses to replace the other's finished cluster, which is then used.
    fs.renameSync(fresh, dataDir);
  } catch (error) {
    if (!fs.existsSync(version)) throw error;
  } finally {
    fs.rmSync(secret, { force: true });
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

function refuseOtherMajor(dataDir: string, version: string, binaries: Binaries): void {
  const written = fs.readFileSync(version, "utf8").trim();
  const own = spawnSync(binary(binaries, "postgres"), ["--version"], {
    ...binaries.runAs,
    cwd: "/",
    encoding: "utf8",
  });
  const major = /(\d+)\./.exec(own.stdout)?.[1];
  if (major === undefined) throw new Error(`Postgres does not run here: ${own.error?.message ?? own.stderr}`);
  if (written === major) return;
  throw new Error(
    `${dataDir} was written by Postgres ${written}, and the installed package is Postgres ${major}. `
      + `Install the package of version ${written}, export the data there, and import it into a new folder.`,
  );
}

const gigabyte = 1024 ** 3;

/**
 * Settings for a server that shares a machine of `bytes` of memory with the application. Postgres' own are for the
 * smallest: with them the indexes of a large import are written out and read again all the time. After each
 * checkpoint every page goes into the log as a whole once more: where many move on, half of what they write.
 */
export function sized(bytes: number): string[] {
  const shared = Math.min(2 * gigabyte, Math.max(gigabyte / 8, bytes / 8));
  return [
    `shared_buffers=${Math.floor(shared / 1024 ** 2)}MB`,
    `effective_cache_size=${Math.floor(bytes / 2 / 1024 ** 2)}MB`,
    // A machine that is sold with 8 GB tells of a little less.
    `max_wal_size=${bytes < 7 * gigabyte ? 2 : 4}GB`,
    "checkpoint_timeout=15min",
  ];
}

/** Starts the server; undefined when another process still holds the cluster: look again. */
async function launch(
  dataDir: string,
  binaries: Binaries,
  { port, password, fast }: PostgresOptions,
  deadline: number,
): Promise<ChildProcess | undefined> {
  const logFile = `${dataDir}.log`;
  if (fs.existsSync(logFile) && fs.statSync(logFile).size > 10_000_000) fs.truncateSync(logFile);
  const output = fs.openSync(logFile, "a");
  const logStart = fs.fstatSync(output).size;
  const flags = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"];
  // A commit still reaches the system before it is answered: tests kill the server, and count what was promised.
  if (fast) flags.push("fsync=off", "full_page_writes=off", "max_wal_size=4GB");
  else flags.push(...sized(Math.min(os.totalmem(), process.constrainedMemory() || Infinity)));
  // Detached, so that a Ctrl-C in the terminal reaches its starter only, which stops it last. Its log is a file
  // and no pipe, so that it outlives a starter that was killed.
  const child = spawn(
    binary(binaries, "postgres"),
    ["-D", dataDir, "-p", String(port), ...flags.flatMap((flag) => ["-c", flag])],
    { ...binaries.runAs, cwd: "/", detached: true, stdio: ["ignore", output, output] },
  );
  fs.closeSync(output);
  child.unref();
  let spawnError: Error | undefined;
  child.on("error", (error) => (spawnError = error));
  for (;;) {
    if (spawnError)
      throw new Error(`Postgres could not be started: ${spawnError.message}`, { cause: spawnError });
    if (child.exitCode !== null || child.signalCode !== null) {
      const said = fs.readFileSync(logFile).subarray(logStart).toString("utf8").trim();
      // Another start was faster; or processes of a killed server have not noticed yet that they are orphans.
      const passing = ['lock file "postmaster.pid" already exists', "pre-existing shared memory block"];
      if (Date.now() < deadline && passing.some((words) => said.includes(words))) return undefined;
      throw new Error(
        `Postgres stopped while starting on port ${port} (its log is ${logFile}):\n${said.slice(-2000)}`,
      );
    }
    const answer = await probe(port, password);
    // Whose answer it is tells the lock file: of two starts at once, one child is about to give up.
    if (answer.kind === "postgres" && postmaster(dataDir)?.pid === child.pid) return child;
    if (answer.kind === "refused") {
      await stop(binaries, dataDir);
      throw new Error(wrongPassword(port, dataDir, answer.message));
    }
    if (Date.now() > deadline)
      throw new Error(`Postgres on ${dataDir} did not get ready; its log is ${logFile}.`);
    await sleep(15);
  }
}

async function stop(binaries: Binaries, dataDir: string): Promise<void> {
  for (const mode of ["fast", "immediate"]) {
    if (!postmaster(dataDir)) return;
    const stopping = spawn(
      binary(binaries, "pg_ctl"),
      ["stop", "-D", dataDir, "-m", mode, "-w", "-t", "20"],
      {
        ...binaries.runAs,
        cwd: "/",
        stdio: "ignore",
      },
    );
    await new Promise((resolve) => stopping.on("exit", resolve).on("error", resolve));
  }
  if (postmaster(dataDir)) throw new Error(`Postgres on ${dataDir} does not stop; end its process by hand.`);
}

function wrongPassword(port: number, dataDir: string, said: string): string {
  return (
    `The Postgres on port ${port} (${dataDir}) refuses our password: ${said}. The password was fixed when the folder `
    + "was made and is kept in secrets.json beside it: restore that file, or move the data folder away to begin anew."
  );
}

function samePath(one: string, other: string): boolean {
  return fs.realpathSync(one) === fs.realpathSync(other);
}
