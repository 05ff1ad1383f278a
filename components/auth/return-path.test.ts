import { expect, test } from "vitest";
import { returnPath } from "./return-path.tsx";

test.each([
  ["/acme/contacts?q=ada", "/acme/contacts?q=ada"],
  ["https://evil.example/", "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["javascript:alert(1)", "/"],
  [undefined, "/"],
])("%s leads to %s", (given, path) => expect(returnPath(given)).toBe(path));
