import { readdirSync, readFileSync } from "node:fs";
import { env } from "#server/env";

export type Part = "web" | "worker" | "engine" | "postgres";

const marks: Record<Part, RegExp> = {
  web: /next-server|next\/dist\/bin\/next/,
  worker: /inngest\/worker\.ts/,
  engine: /inngest\/engine\/main\.ts/,
  postgres: /postgres.*-D/,
};

/** Ends one part of the running product, as a power cut would or politely. The supervisor brings it back. Linux only. */
export function killPart(part: Part, signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): number {
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => isOurs(pid, part))
    .map(Number);
  for (const pid of pids) process.kill(pid, signal);
  return pids.length;
}

/** Told apart from other installations of this machine by the folder of its data, in its arguments or environment. */
function isOurs(pid: string, part: Part): boolean {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    if (!marks[part].test(args)) return false;
    return (
      args.includes(env.DATA_DIR)
      || readFileSync(`/proc/${pid}/environ`, "utf8").includes(`DATA_DIR=${env.DATA_DIR}`)
    );
  } catch {
    // It ended while we looked.
    return false;
  }
}
