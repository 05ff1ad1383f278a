import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Env } from "#server/env";
import type { Part } from "./plan.ts";
import type { Product } from "./product.ts";
import { portsOf } from "./sockets.ts";

const marks: Record<Part, RegExp> = {
  web: /next-server|next\/dist\/bin\/next/,
  worker: /inngest\/worker\.ts/,
  engine: /inngest\/engine\/main\.ts/,
  postgres: /postgres\b.* -D /,
};

type Process = { pid: number; parent: number; args: string };

function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return [{ pid: Number(name), parent, args }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

/** Of this installation; and, where there may be two of a kind, the one with these ports. */
function isOurs({ pid, args }: Process, part: Part, env: Env): boolean {
  const folder = path.resolve(env.DATA_DIR);
  if (part === "postgres") return args.includes(folder);
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return variables.includes(`DATA_DIR=${folder}`) && variables.includes(`WORKER_PORT=${env.WORKER_PORT}`);
  } catch {
    return false;
  }
}

const isPaired = (part: Part) => part === "worker" || part === "engine";

type Aim = {
  part: Part;
  which: number;
  /** Of the connection that stands at a line, where one does. */ port: number | null;
};

/**
 * Which installations lose the part. Where there are two of a kind, one time in five both do; else the one that stands at
 * the line, or, where neither does, one of them by chance.
 */
export function victims({ env, second }: Pick<Product, "env" | "second">, { part, which, port }: Aim): Env[] {
  if (!second || !isPaired(part)) return [env];
  if (which < 0.2) return [env, second];
  const pair = [env, second];
  const standing =
    port === null
      ? undefined
      : pair.find((one) => pidsOf(processes(), part, one).some((pid) => portsOf(pid).has(port)));
  return [standing ?? (which < 0.6 ? env : second)];
}

const pidsOf = (all: readonly Process[], part: Part, env: Env): number[] =>
  all.filter((one) => marks[part].test(one.args) && isOurs(one, part, env)).map(({ pid }) => pid);

/** `ports`: of the connections that it had. */
export type Killed = { processes: number; ports: number[] };

/** Ends one part as a power cut would: kill -9, of Postgres with everything it has started. */
export function kill(env: Env, part: Part): Killed {
  const all = processes();
  const pids = new Set(pidsOf(all, part, env));
  const ports = part === "postgres" ? [] : [...pids].flatMap((pid) => [...portsOf(pid)]);
  if (part === "postgres") for (const { pid, parent } of all) if (pids.has(parent)) pids.add(pid);
  let killed = 0;
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
      killed += 1;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
  return { processes: killed, ports };
}
