import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import postgres from "postgres";

/** What answers on a port of this machine. */
export type Answer =
  | { kind: "closed" }
  | { kind: "starting" }
  | { kind: "postgres"; dataDir: string }
  | { kind: "refused"; message: string }
  | { kind: "stranger" };

/** Asks whoever listens on 127.0.0.1:`port` whether it is Postgres, and on which folder. */
export async function probe(port: number, password: string): Promise<Answer> {
  const greeting = await greet(port);
  if (greeting !== "postgres") return { kind: greeting };
  const sql = postgres({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password,
    database: "postgres",
    max: 1,
    connect_timeout: 3,
    fetch_types: false,
    onnotice: () => undefined,
    backoff: false,
  });
  try {
    const [row] = await sql<{ data_directory: string }[]>`show data_directory`;
    return row ? { kind: "postgres", dataDir: row.data_directory } : { kind: "stranger" };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // 57P03: starting up, shutting down or in recovery.
    if (code === "57P03" || code === "CONNECTION_CLOSED" || code === "ECONNRESET")
      return { kind: "starting" };
    if (code.startsWith("28")) return { kind: "refused", message: (error as Error).message };
    return { kind: "stranger" };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Asks for TLS, to which Postgres alone answers with one letter, also while it is starting. */
function greet(port: number): Promise<"closed" | "stranger" | "postgres"> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    let connected = false;
    const done = (who: "closed" | "stranger" | "postgres") => {
      socket.destroy();
      resolve(who);
    };
    socket.setTimeout(3000, () => done("stranger"));
    socket.once("connect", () => {
      connected = true;
      socket.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
    });
    socket.once("data", (answer) => done(/^[NS]$/.test(answer.toString("latin1")) ? "postgres" : "stranger"));
    socket.once("error", () => done(connected ? "stranger" : "closed"));
    socket.once("close", () => done("stranger"));
  });
}

/**
 * The live server of a data folder, by its lock file; undefined when there is none. A lock file left behind by a
 * crash, whose process number now belongs to another program, is removed: Postgres itself would refuse to start.
 */
export function postmaster(dataDir: string): { pid: number; port: number } | undefined {
  const file = path.join(dataDir, "postmaster.pid");
  if (!fs.existsSync(file)) return undefined;
  const [pidLine, , , portLine] = fs.readFileSync(file, "utf8").split("\n");
  const pid = Number(pidLine);
  const port = Number(portLine);
  if (!pid || !port) return undefined;
  if (!alive(pid)) return undefined;
  if (isPostgres(pid)) return { pid, port };
  fs.rmSync(file, { force: true });
  return undefined;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Only Linux tells what a process runs without another program; elsewhere a live process is believed. */
function isPostgres(pid: number): boolean {
  if (process.platform !== "linux") return true;
  try {
    const status = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const name = /\((.*)\)/.exec(status)?.[1];
    const state = /\) (\S)/.exec(status)?.[1];
    return name === "postgres" && state !== "Z";
  } catch {
    // It ended between the two looks.
    return false;
  }
}
