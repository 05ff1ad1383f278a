import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/*
 * A real spam filter for tests: SpamAssassin's spamd, as a child that asks nobody else.
 */

const program = ["/usr/sbin/spamd", "/usr/bin/spamd", "/opt/homebrew/bin/spamd"].find((file) =>
  existsSync(file),
);

/** Why tests that need it are passed over; null when it is here. */
export const spamdMissing = program
  ? null
  : "SpamAssassin is not installed, so no mail is scored by it here: apt-get install spamd";

export async function startSpamd(port: number): Promise<{ stop: () => Promise<void> }> {
  if (!program) throw new Error(spamdMissing ?? "");
  const folder = mkdtempSync(path.join(tmpdir(), "spamd-"));
  const child = spawn(
    program,
    // -L: by its own rules alone; -x: without preferences of anybody.
    ["-L", "-x", "--syslog=stderr", `--listen=127.0.0.1:${port}`, "--max-children=1", "-H", folder],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("exit", resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`spamd ended at once: ${said}`);
    if (await answers(port)) return { stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`spamd does not answer: ${said}`);
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
