// Runs on any Node from 20.9, before anything is installed: no dependencies.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** When a process began, in the kernel's ticks: a later process with the same number began later. Linux only. */
function beganAt(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function lives(pid, began) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  const now = beganAt(pid);
  return began === undefined || now === undefined || now === began;
}

/**
 * The live process that holds the lock, or null. A lock of a dead one, or a torn one, counts as none.
 * @returns {{ pid: number, says: string } | null}
 */
export function lockHolder(file) {
  try {
    const { pid, began, says } = JSON.parse(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid !== process.pid && lives(pid, began) ? { pid, says } : null;
  } catch {
    return null;
  }
}

/**
 * Takes the lock for this process; `says` is shown to whoever finds it taken.
 * @returns `{ release, wasStale }`, or `{ holder }` when a live process has it.
 */
export function takeLock(file, says) {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, began: beganAt(process.pid), says }));
  let wasStale = false;
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        linkSync(draft, file);
        return { wasStale, release: () => release(file) };
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
        const holder = lockHolder(file);
        if (holder || attempt === 10) return { holder: holder ?? { pid: 0, says } };
        wasStale = true;
        rmSync(file, { force: true });
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function release(file) {
  try {
    if (JSON.parse(readFileSync(file, "utf8")).pid === process.pid) rmSync(file, { force: true });
  } catch {
    // Somebody removed it already, which is what was asked for.
  }
}
