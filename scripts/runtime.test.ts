import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { nodeProblem } from "./runtime.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "runtime-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A script like up.mjs whose work says its process number and ends, with a word, when it is asked to. */
function writeCommand(): string {
  const work = path.join(folder, "work.ts");
  writeFileSync(
    work,
    `console.log("at work");
     process.on("SIGTERM", () => { console.log("stopped in order"); process.exit(0); });
     setInterval(() => {}, 1000);`,
  );
  const command = path.join(folder, "command.mjs");
  const fromScripts = path.relative(import.meta.dirname, work);
  writeFileSync(
    command,
    `import { runOn24 } from ${JSON.stringify(path.join(import.meta.dirname, "runtime.mjs"))};
     runOn24(${JSON.stringify(fromScripts)}, []);`,
  );
  return command;
}

test.skipIf(process.platform === "win32")(
  "a SIGTERM to npm, which reaches only the shell between, stops the work in order",
  async () => {
    // What follows the command keeps the shell from becoming it.
    const shell = spawn("sh", ["-c", `"$0" "$1"; true`, process.execPath, writeCommand()], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, npm_lifecycle_event: "up" },
    });
    let said = "";
    shell.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    await expect.poll(() => said, { timeout: 10_000 }).toContain("at work");
    shell.kill("SIGTERM");
    await expect.poll(() => said, { timeout: 5_000 }).toContain("stopped in order");
  },
);

test("a Node that cannot start us is told which one can", () => {
  expect(nodeProblem("v18.19.0")).toMatch(/v18\.19\.0 is too old: 20\.9 or newer/);
  expect(nodeProblem("v20.8.1")).toMatch(/too old/);
  expect(nodeProblem("v20.9.0")).toBeNull();
  expect(nodeProblem("v24.21.0")).toBeNull();
});
