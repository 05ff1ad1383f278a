import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A port that is about to be used: what for, and which variable moves it. */
export type WantedPort = { port: number; variable: string; what: string; host: string };

/** Whether somebody listens there already. */
export function isTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(true);
      else if (error.code === "EACCES")
        reject(new Error(`Port ${port} may only be opened by root: choose one above 1023.`));
      else
        reject(new Error(`Nothing can listen on ${host} port ${port}: ${error.message}`, { cause: error }));
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)));
  });
}

/** Two servers on one port: a sentence naming both variables, or undefined when all differ. */
export function samePort(wanted: WantedPort[]): string | undefined {
  for (const [at, one] of wanted.entries()) {
    const other = wanted.slice(at + 1).find(({ port }) => port === one.port);
    if (other)
      return `${one.variable} and ${other.variable} are both ${one.port}: give the ${one.what} and the ${other.what} ports of their own.`;
  }
  return undefined;
}

/**
 * Refuses ports that are in use, all of them at once, each with the variable that moves it and who may hold it.
 * @param patienceMs how long to wait for a former start to let go of them.
 */
export async function refuseTakenPorts(wanted: WantedPort[], patienceMs: number): Promise<void> {
  const clash = samePort(wanted);
  if (clash) throw new Error(clash);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const taken = await Promise.all(wanted.map(({ port, host }) => isTaken(port, host)));
    const problems = wanted.filter((_, at) => taken[at]);
    if (problems.length === 0) return;
    if (performance.now() < deadline) {
      await sleep(100);
      continue;
    }
    throw new Error(problems.map(explain).join("\n"));
  }
}

function explain({ port, variable, what }: WantedPort): string {
  const holder = holderOf(port);
  const who = holder ? `${holder.name} (process ${holder.pid})` : "another program";
  return `Port ${port} for the ${what} is taken by ${who}. Stop it, or move ours: ${variable}=${port + 100} npm run up`;
}

const listening = "0A";

/** The inodes of sockets that listen on the port, from the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const inode = fields[9];
    return fields[1]?.endsWith(`:${wanted}`) && fields[3] === listening && inode ? [inode] : [];
  });
}

/** Who listens on the port, as far as this user may see; Linux only. */
function holderOf(port: number): { pid: string; name: string } | undefined {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => orEmpty(() => readFileSync(file, "utf8")));
  const links = new Set(
    tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
  );
  if (links.size === 0) return undefined;
  for (const pid of orNone(() => readdirSync("/proc")).filter((name) => /^\d+$/.test(name))) {
    const files = orNone(() => readdirSync(`/proc/${pid}/fd`));
    if (files.some((file) => links.has(orEmpty(() => readlinkSync(`/proc/${pid}/fd/${file}`))))) {
      return { pid, name: orEmpty(() => readFileSync(`/proc/${pid}/comm`, "utf8")).trim() || "a program" };
    }
  }
  return undefined;
}

// Processes end while they are looked at, and others' are closed to us: both mean "not seen".
function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
function orNone(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
