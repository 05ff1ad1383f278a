import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

test("the migrations say everything that the schema says", () => {
  const data = path.join(import.meta.dirname, "../.data");
  fs.mkdirSync(data, { recursive: true });
  const copy = fs.mkdtempSync(path.join(data, "test-drift-"));
  try {
    fs.cpSync(path.join(import.meta.dirname, "migrations"), copy, { recursive: true });
    const out = path.relative(path.join(import.meta.dirname, ".."), copy);
    const said = execFileSync(
      process.execPath,
      [
        ...[
          "node_modules/drizzle-kit/bin.cjs",
          "generate",
          "--dialect=postgresql",
          "--schema=./db/schema/*.ts",
        ],
        ...[`--out=${out}`, "--casing=snake_case"],
      ],
      { cwd: path.join(import.meta.dirname, ".."), encoding: "utf8" },
    );
    expect(said).toContain("No schema changes, nothing to migrate");
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
});
