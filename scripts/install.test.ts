import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { missingPackages } from "./install.mjs";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "install-"));
});
afterEach(() => rmSync(root, { recursive: true }));

type Packages = Record<string, { version?: string }>;
const project = { dependencies: { next: "16.4.5" }, devDependencies: { vitest: "4.1.12" } };
const lock = (packages: Packages) =>
  writeFileSync(
    path.join(root, "package-lock.json"),
    JSON.stringify({ packages: { "": project, ...packages } }),
  );
function installed(packages: Packages) {
  mkdirSync(path.join(root, "node_modules"), { recursive: true });
  writeFileSync(path.join(root, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
}
const all: Packages = {
  "node_modules/next": { version: "16.4.5" },
  "node_modules/vitest": { version: "4.1.12" },
  "node_modules/next/node_modules/postcss": { version: "8.4.31" },
};

test("a fresh copy has nothing installed", () => {
  lock(all);
  expect(missingPackages(root)).toBe("nothing is installed yet");
});

test("packages for other platforms are not missing", () => {
  lock({
    ...all,
    "node_modules/@next/swc-darwin-arm64": { version: "16.4.5" },
    "node_modules/vitest/node_modules/esbuild": {},
  });
  installed(all);
  expect(missingPackages(root)).toBeNull();
});

test("a lock file that changed is noticed, whichever way", () => {
  lock({ ...all, "node_modules/next": { version: "16.5.0" } });
  installed(all);
  expect(missingPackages(root)).toBe("next is installed as 16.4.5, and 16.5.0 is wanted");
  lock({ "node_modules/next": { version: "16.4.5" }, "node_modules/vitest": { version: "4.1.12" } });
  expect(missingPackages(root)).toBe("postcss is installed and no longer wanted");
  lock(all);
  installed({ "node_modules/next": { version: "16.4.5" } });
  expect(missingPackages(root)).toBe("vitest is not installed");
});
