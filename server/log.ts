import { AsyncLocalStorage } from "node:async_hooks";
import { pino } from "pino";
import type { Logger } from "pino";
import { env } from "./env.ts";

/** What one request, message or run adds to every line it logs. */
export type LogContext = { requestId: string } & Record<string, string | number>;

const context = new AsyncLocalStorage<LogContext>();

let root: Logger | undefined;
function rootLogger(): Logger {
  return (root ??= pino({
    level: env.LOG_LEVEL,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => context.getStore() ?? {},
    redact: {
      paths: ["password", "*.password", "authorization", "*.authorization", "cookie", "*.cookie"],
      censor: "(hidden)",
    },
  }));
}

/** JSON lines on standard output; inside `withLogContext` each line carries the context. Opened at the first line. */
export const log: Pick<Logger, "trace" | "debug" | "info" | "warn" | "error" | "fatal"> = {
  trace: (...args: Parameters<Logger["trace"]>) => rootLogger().trace(...args),
  debug: (...args: Parameters<Logger["debug"]>) => rootLogger().debug(...args),
  info: (...args: Parameters<Logger["info"]>) => rootLogger().info(...args),
  warn: (...args: Parameters<Logger["warn"]>) => rootLogger().warn(...args),
  error: (...args: Parameters<Logger["error"]>) => rootLogger().error(...args),
  fatal: (...args: Parameters<Logger["fatal"]>) => rootLogger().fatal(...args),
};

/** Runs the work so that every line it logs, however deep, carries these values. Nested calls add to it. */
export const withLogContext = <T>(values: LogContext, work: () => T): T =>
  context.run({ ...context.getStore(), ...values }, work);

/** The id of the current request, for error answers; undefined outside one. */
export const currentRequestId = (): string | undefined => context.getStore()?.requestId;
