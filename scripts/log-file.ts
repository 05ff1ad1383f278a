import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import path from "node:path";

const bytesMax = 20_000_000;

export type LogFile = { write: (line: string) => void; close: () => void };

/** Appends lines to a file; at 20 MB it becomes `<file>.1`, replacing the one before, and a new one begins. */
export function openLogFile(file: string): LogFile {
  mkdirSync(path.dirname(file), { recursive: true });
  let descriptor = openSync(file, "a", 0o600);
  let bytes = fstatSync(descriptor).size;
  const rotate = () => {
    closeSync(descriptor);
    if (existsSync(file)) renameSync(file, `${file}.1`);
    descriptor = openSync(file, "a", 0o600);
    bytes = 0;
  };
  return {
    write: (line) => {
      if (bytes > bytesMax) rotate();
      bytes += writeSync(descriptor, `${line}\n`);
    },
    close: () => closeSync(descriptor),
  };
}
