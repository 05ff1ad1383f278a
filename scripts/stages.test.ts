import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { runStage, worthTelling } from "./stages.ts";

const folder = mkdtempSync(path.join(tmpdir(), "stage-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a failed stage tells what failed, and leaves what passed to the log", async () => {
  const script = `
    for (let n = 0; n < 500; n++) console.log(" ✓ |unit| passing-" + n + ".test.ts (3 tests) 5ms");
    console.log(" FAIL  |unit| broken.test.ts > adds up");
    for (let n = 0; n < 500; n++) console.log("  ok   " + n + " [journey] passing-" + n);
    process.exitCode = 1;`;
  const outcome = await runStage(
    { name: "a stage", args: ["--eval", script] },
    { root: folder, logDir: folder, signal: new AbortController().signal },
  );
  expect(outcome).toMatchObject({ ok: false, tail: " FAIL  |unit| broken.test.ts > adds up" });
});

test("blank lines between paragraphs stay, runs of them do not", () => {
  expect(worthTelling(["Failed", "", "", "expected 1", "  ✓ fine", "okay"])).toEqual([
    "Failed",
    "",
    "expected 1",
    "okay",
  ]);
});
