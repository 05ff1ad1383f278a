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

type Tested = { name: string; program: string; packageName: string; without: string };

const dovecot: Tested = {
  name: "Dovecot",
  program: "/usr/sbin/dovecot",
  packageName: "dovecot-imapd",
  without: "the tests that read a real IMAP server are passed over",
};
const spamAssassin: Tested = {
  name: "SpamAssassin",
  program: "/usr/sbin/spamd",
  packageName: "spamd",
  without: "the tests that have a real spam filter score mails are passed over",
};

/** Gets the servers that tests are run against, where they can be had. Without one its tests are passed over, and say so. */
export async function provideServers(say: (line: string) => void): Promise<void> {
  for (const server of [dovecot, spamAssassin]) await provide(server, say);
}

async function provide({ name, program, packageName, without }: Tested, say: (line: string) => void) {
  if (existsSync(program)) return;
  const advice = `${without}. To run them: apt-get install ${packageName}`;
  if (!canInstall()) return say(`No ${name} here: ${advice}`);
  say(`Installing ${name} from the system's packages`);
  const how = await installPackage(packageName);
  if (how !== null) say(`${name} cannot be had (${how}): ${advice}`);
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
