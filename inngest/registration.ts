import { setTimeout as sleep } from "node:timers/promises";
import { log } from "#server/log";

const firstPauseMs = 250;
const pauseMsMax = 10_000;
const answerMsMax = 15_000;

/**
 * Has the functions at `url` registered with the Inngest server: a PUT makes the SDK send them there. Tries until it
 * succeeds or is told to stop. Every server knows this way, so the embedded one and a real one need no other.
 * @returns whether they are registered.
 */
export async function registerFunctions(url: string, signal: AbortSignal): Promise<boolean> {
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
    const problem = await registerOnce(url, signal);
    if (problem === null) {
      log.info({ url }, "functions are registered");
      return true;
    }
    if (signal.aborted) break;
    log.warn({ url, problem, againInMs: pauseMs }, "functions are not registered yet");
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

async function registerOnce(url: string, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: "PUT",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]),
    });
    const said = await answer.text();
    return answer.ok ? null : `${answer.status} ${said.slice(0, 500)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
