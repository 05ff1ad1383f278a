import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { chromium } from "@playwright/test";
import { canInstall, installPackage, isProgram, run } from "./system-packages.ts";

/** What chromium is started with: no sandbox (containers, root), no talk to the outside. */
export const chromiumArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const onSystem = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];
/** A browser that is here already: the one named in E2E_CHROMIUM, Playwright's own, or the system's. */
export function installedBrowser(): string | undefined {
  const named = process.env.E2E_CHROMIUM;
  if (named) {
    if (!isProgram(named))
      throw new Error(`E2E_CHROMIUM is ${named}, which is no program: correct it, or leave it out.`);
    return named;
  }
  return [chromium.executablePath(), ...onSystem].find((file) => isProgram(file));
}

/**
 * Finds a browser that starts, or gets one: Playwright's download, the system's packages (as root), or the one in the
 * npm packages. @throws Error that says what was tried.
 */
export async function provideBrowser(folder: string, say: (line: string) => void): Promise<string> {
  const tried: string[] = [];
  const usable = async (file: string | undefined) => {
    if (!file || !existsSync(file)) return false;
    const problem = await startProblem(file);
    if (problem) tried.push(`${file} does not start: ${problem}`);
    return problem === undefined;
  };

  const here = installedBrowser();
  if (here && (await usable(here))) return here;
  if (!existsSync(chromium.executablePath())) {
    say("Getting a browser");
    const how = await run(process.execPath, [
      "node_modules/playwright/cli.js",
      "install",
      "chromium",
      "--no-shell",
    ]);
    if (how !== null) tried.push(`Playwright's download: ${how}`);
    if (await usable(chromium.executablePath())) return chromium.executablePath();
  }
  if (canInstall() && !existsSync("/usr/bin/chromium")) {
    say("Installing chromium from the system's packages");
    const how = await installPackage("chromium");
    if (how !== null) tried.push(`apt-get install chromium: ${how}`);
    if (await usable("/usr/bin/chromium")) return "/usr/bin/chromium";
  }
  const packaged = await unpackedBrowser(folder).catch((error: unknown) => {
    tried.push(`the browser of the npm packages: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  if (await usable(packaged)) return packaged ?? "";
  throw new Error(
    `No browser for the tests. Install chromium, or set E2E_CHROMIUM to one.\n  ${tried.join("\n  ")}`,
  );
}

async function startProblem(executablePath: string): Promise<string | undefined> {
  try {
    const browser = await chromium.launch({ executablePath, args: chromiumArgs, timeout: 60_000 });
    await browser.close();
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split("\n").slice(0, 3).join(" ");
  }
}

/** It unpacks into TMPDIR, brings libraries of its own, and leaves its files there: so in a folder of ours. */
async function unpackedBrowser(folder: string): Promise<string> {
  if (process.arch !== "x64" || process.platform !== "linux") throw new Error("it is for Linux on x64 only");
  mkdirSync(folder, { recursive: true });
  process.env.TMPDIR = folder;
  // Without these names it does not unpack the libraries that a bare system lacks.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs22.x";
  const { default: packaged } = await import("@sparticuz/chromium");
  const file = await packaged.executablePath();
  process.env.LD_LIBRARY_PATH = [path.join(folder, "al2023", "lib"), process.env.LD_LIBRARY_PATH]
    .filter(Boolean)
    .join(":");
  return file;
}
