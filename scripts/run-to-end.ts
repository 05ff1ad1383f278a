import { spawn } from "node:child_process";
import { forSpawn } from "./child-env.ts";
import type { Variables } from "./child-env.ts";

/** Runs a file on Node to its end. @throws Error with its last words when it fails. */
export async function runToEnd(
  name: string,
  args: string[],
  { root, env }: { root: string; env: Variables },
): Promise<string> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    cwd: root,
    env: forSpawn(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4_000);
    });
  }
  const how = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  if (how !== "exit code 0") throw new Error(`${name} failed (${how}):\n${said.trim()}`);
  return said;
}
