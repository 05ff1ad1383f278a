import postgres from "postgres";

/**
 * The Postgres error behind `error`, however deep drizzle wrapped it, or undefined. `code` is the SQLSTATE,
 * `constraint_name` names the violated constraint: what a mutation translates into a sentence.
 */
export function postgresError(error: unknown): postgres.PostgresError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof postgres.PostgresError) return cause;
  }
  return undefined;
}

/** True when `error` is the violation of the named unique, foreign-key or check constraint. */
export function violates(error: unknown, constraint: string): boolean {
  return postgresError(error)?.constraint_name === constraint;
}

const serializationFailure = "40001";
const deadlockDetected = "40P01";

/** The database asks for the whole transaction to be run again. */
export function asksForRetry(error: unknown): boolean {
  const code = postgresError(error)?.code;
  return code === serializationFailure || code === deadlockDetected;
}

// A character that the encoding does not have, and one of JSON that text does not.
const unstorableCodes = new Set(["22021", "22P05"]);

/** Whether a statement was refused because of text that Postgres can hold nowhere, such as U+0000. */
export const holdsUnstorable = (error: unknown): boolean =>
  unstorableCodes.has(postgresError(error)?.code ?? "");

const lostConnectionCodes = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "57P01", // administrator shutdown
  "57P02", // crash shutdown
  "57P03", // starting up
]);

/** The server went away or is not there yet. */
export function isLostConnection(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && lostConnectionCodes.has(cause.code)) return true;
  }
  return false;
}

// Connections, resources, locks, a shutdown or somebody's cancel, the file system, and a transaction that failed before.
const passingClasses = ["08", "25", "53", "55", "57", "58"];

/** Whether the same statement may well succeed when it is tried again. */
export function isOfTheMoment(error: unknown): boolean {
  const state = postgresError(error)?.code ?? "";
  // What a connection had prepared before a migration is refused once.
  const outdated = state === "0A000";
  return (
    outdated || asksForRetry(error) || isLostConnection(error) || passingClasses.includes(state.slice(0, 2))
  );
}
