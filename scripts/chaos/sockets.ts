import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The ports on which a process holds connections or listens, of its own side; none when it is not there any more. */
export function portsOf(pid: number): Set<number> {
  try {
    const held = new Set(
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
        } catch {
          // It was closed while we looked.
          return [];
        }
      }),
    );
    const sockets = ["tcp", "tcp6"].flatMap((kind) => readSockets(`/proc/${pid}/net/${kind}`));
    return new Set(sockets.flatMap(({ port, inode }) => (held.has(inode) ? [port] : [])));
  } catch {
    return new Set();
  }
}

/** A line for each socket: number, local address and port in hex, and in the tenth column its inode. */
const readSockets = (file: string) =>
  readFileSync(file, "utf8")
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local = "", , , , , , , , inode = ""] = line.trim().split(/\s+/);
      return local ? [{ port: Number.parseInt(local.split(":").at(-1) ?? "", 16), inode }] : [];
    });
