import { createConnection } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres } from "#db/embedded";
import type { Env } from "#server/env";
import { readSecrets } from "#server/secrets";
import type { Running } from "./child.ts";
import type { Service } from "./supervise.ts";

const watchMs = 500;

export const postgresDir = (env: Env): string => path.resolve(env.DATA_DIR, "postgres");

/** The Postgres of the npm package on the data folder; one that an earlier start left behind is taken over. */
export function postgresService(env: Env, options: { fast: boolean; say: (line: string) => void }): Service {
  return {
    name: "Postgres",
    start: async (signal): Promise<Running> => {
      const password = readSecrets(path.resolve(env.DATA_DIR))?.PG_PASSWORD;
      if (!password)
        throw new Error(`${path.resolve(env.DATA_DIR)}/secrets.json lacks PG_PASSWORD: restore the file.`);
      const server = await startPostgres({
        dataDir: postgresDir(env),
        port: env.PG_PORT,
        password,
        fast: options.fast,
        log: options.say,
      });
      if (server.port !== env.PG_PORT) {
        await server.stop();
        return postgresService(env, options).start(signal);
      }
      const child = server.process;
      const ended = child
        ? new Promise<string>((resolve) =>
            child.once("exit", (code, how) => resolve(how ? `signal ${how}` : `exit code ${code}`)),
          )
        : goneFrom(server.port);
      return {
        pid: child?.pid,
        ended,
        stop: server.stop,
        kill: () => {
          child?.kill("SIGQUIT");
        },
      };
    },
  };
}

/** Resolves when nothing listens there any more: an adopted server is not our child, so nobody tells us. */
async function goneFrom(port: number): Promise<string> {
  for (;;) {
    await sleep(watchMs);
    const answers = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (!answers) return "it no longer answers";
  }
}
