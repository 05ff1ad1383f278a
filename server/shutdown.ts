import { log } from "./log.ts";

/** Together with what comes after, a stop ends within the 30 s that hosts grant. */
export const drainMs = 25_000;

/**
 * Ends the process so long after it was told to, whatever is under way. For a server that waits for its last request
 * without end, as Next's does: one client that stands still would keep it.
 */
export function endInTime(afterMs: number = drainMs): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.prependOnceListener(signal, () => {
      setTimeout(() => {
        log.warn({ signal, afterMs }, "requests were still under way when the time to end them was over");
        process.exit(signal === "SIGTERM" ? 143 : 130);
      }, afterMs).unref();
    });
}
