/** The part of a pino logger that the engine uses. */
export type EngineLog = Record<
  "debug" | "info" | "warn" | "error",
  (details: object, message: string) => void
>;
