import { closeDatabase } from "#db/client";
import { env } from "#server/env";
import { log } from "#server/log";
import { startCatcher } from "./catcher.ts";
import { startInbox } from "./inbox.ts";
import { startRobot } from "./robot.ts";
import type { RobotSettings } from "./schema.ts";
import { readSettings, saveSettings } from "./store.ts";

/** The sandbox as one process: it catches mail, shows it, and reads it. */
export async function startSandbox({
  smtpPort,
  webPort,
}: {
  smtpPort: number;
  webPort: number;
}): Promise<{ stop(): Promise<void> }> {
  let settings: RobotSettings = await readSettings();
  const robot = startRobot();
  const catcher = await startCatcher(smtpPort, { settings: () => settings, onPlanned: () => robot.wake() });
  const inbox = await startInbox(webPort, {
    current: () => settings,
    async change(changes) {
      await saveSettings(changes);
      settings = await readSettings();
    },
  });
  return {
    async stop() {
      inbox.closeAllConnections();
      inbox.close();
      await catcher.stop();
      await robot.stop();
    },
  };
}

if (import.meta.main) {
  const { SANDBOX_SMTP_PORT: smtpPort, SANDBOX_PORT: webPort } = env;
  const sandbox = await startSandbox({ smtpPort, webPort });
  log.info({ smtpPort, inbox: `http://127.0.0.1:${webPort}` }, "sandbox is listening");
  const stop = async () => {
    await sandbox.stop();
    await closeDatabase();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}
