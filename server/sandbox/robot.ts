import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { env } from "#server/env";
import { log } from "#server/log";
import { answerTo } from "./answers.ts";
import type { Delivery } from "./deliveries.ts";
import { namedAct } from "./plan.ts";
import { act } from "./reader.ts";
import { type DueAct, dueActs, nextActIn, noteActs } from "./store.ts";

/** Looks for something to do at least this often, should a notice get lost. */
const lookEveryMs = 15_000;
const atOnce = 8;

export type Robot = { /** Something was planned: look now. */ wake(): void; stop(): Promise<void> };

/** Does what is planned when its time comes. The database's clock decides, so that tests can move it. */
export function startRobot(appUrl = env.APP_URL): Robot {
  const stopping = new AbortController();
  let waking = new AbortController();
  const wake = () => waking.abort();
  const clock = postgres(env.DATABASE_URL, { max: 1, prepare: false, onnotice: () => undefined });
  clock.listen("clock", wake, wake).catch((error: unknown) => {
    log.warn({ err: error }, "the robot does not hear when the clock is moved");
  });
  const rest = async () => {
    const next = await nextActIn();
    const wait = Math.min(lookEveryMs, Math.max(50, next ?? lookEveryMs));
    await sleep(wait, undefined, { signal: AbortSignal.any([waking.signal, stopping.signal]) }).catch(
      () => undefined,
    );
    if (waking.signal.aborted) waking = new AbortController();
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        if ((await actOnDue(appUrl)) === 0) await rest();
      } catch (error) {
        log.error({ err: error }, "the sandbox's robot stumbled");
        await sleep(2_000, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  })();
  return {
    wake,
    async stop() {
      stopping.abort();
      await running;
      await clock.end({ timeout: 1 });
    },
  };
}

async function actOn(due: DueAct, appUrl: string): Promise<{ result: string; delivery?: Delivery }> {
  const { act: what, raw, mailbox } = due;
  if (what === "open" || what === "click" || what === "unsubscribe")
    return { result: await act({ act: what, raw }, appUrl) };
  if (mailbox === null) return { result: "has nowhere to answer to" };
  const answer = await answerTo(what, due, namedAct(due.to) ? () => 0 : undefined);
  return { result: answer.result, delivery: { mailbox, raw: answer.raw } };
}

/** An act is noted after it is done: after a crash it is done again, as a person may open a mail twice. */
async function actOnDue(appUrl: string): Promise<number> {
  const due = await dueActs(atOnce);
  if (due.length === 0) return 0;
  const done = await Promise.all(
    due.map(async (each) => {
      try {
        return { id: each.id, ...(await actOn(each, appUrl)) };
      } catch (error) {
        return {
          id: each.id,
          result: `could not: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
    }),
  );
  await noteActs(done);
  return due.length;
}
