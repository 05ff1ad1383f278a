import { expect, test } from "vitest";
import { worthShowing } from "./console.ts";

test("the console shows what went wrong, in one line, and nothing else", () => {
  const line = (fields: object) => worthShowing(JSON.stringify(fields));
  expect(line({ level: "error", msg: "sign-in failed", err: { message: "no answer", stack: "…" } })).toBe(
    "sign-in failed: no answer",
  );
  expect(line({ level: "info", msg: "functions are registered" })).toBeNull();
  expect(worthShowing("▲ Next.js 16")).toBeNull();
  expect(worthShowing('{"level":"error"')).toBeNull();
});
