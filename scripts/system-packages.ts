import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";

const downloadMs = 300_000;

export const isProgram = (file: string) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Whether packages of the system can be installed: by root, where there is apt. */
export const canInstall = (): boolean => process.getuid?.() === 0 && isProgram("/usr/bin/apt-get");

/** Null when it went well, else how it ended. */
export const installPackage = async (name: string): Promise<string | null> =>
  (await run("apt-get", ["update", "-qq"]))
  ?? run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name]);

/**
 * Gets the mail server that reading mailboxes is tested against, where it can be had. Without it these tests are
 * passed over, and say so.
 */
export async function provideDovecot(say: (line: string) => void): Promise<void> {
  if (existsSync("/usr/sbin/dovecot")) return;
  const advice =
    "the tests that read a real IMAP server are passed over. To run them: apt-get install dovecot-imapd";
  if (!canInstall()) return say(`No Dovecot here: ${advice}`);
  say("Installing Dovecot from the system's packages");
  const how = await installPackage("dovecot-imapd");
  if (how !== null) say(`Dovecot cannot be had (${how}): ${advice}`);
}

/** Null when it went well, else how it ended. */
export function run(command: string, args: string[]): Promise<string | null> {
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: downloadMs,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-300)));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) =>
      resolve(code === 0 ? null : (said.trim().split("\n").at(-1) ?? `exit code ${code}`)),
    );
  });
}
