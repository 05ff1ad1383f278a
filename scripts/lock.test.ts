import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { lockHolder, takeLock } from "./lock.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "lock-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a live holder keeps the lock, a killed one does not", async () => {
  const file = path.join(folder, "up.lock");
  const code = `import { takeLock } from ${JSON.stringify(path.join(import.meta.dirname, "lock.mjs"))};
    takeLock(${JSON.stringify(file)}, "http://there"); console.log("taken"); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => other.stdout.once("data", resolve));
  expect(takeLock(file, "here")).toMatchObject({ holder: { pid: other.pid, says: "http://there" } });

  const gone = new Promise((resolve) => other.once("exit", resolve));
  other.kill("SIGKILL");
  await gone;
  const taken = takeLock(file, "here");
  expect(taken).toMatchObject({ wasStale: true });
  taken.release?.();
  expect(lockHolder(file)).toBeNull();
});

test("a number that another process got after a restart of the machine is not the holder", () => {
  const file = path.join(folder, "reused.lock");
  writeFileSync(file, JSON.stringify({ pid: process.ppid, began: "1", says: "" }));
  if (process.platform === "linux") expect(lockHolder(file)).toBeNull();
  writeFileSync(file, "{ torn");
  expect(lockHolder(file)).toBeNull();
});
