// The limits of the real server, so that code which runs here runs there.

const mebibyte = 1024 * 1024;

export const limits = {
  stepsPerRun: 1000,
  stepBytes: 4 * mebibyte,
  runBytes: 32 * mebibyte,
  /** From this size on the SDK fetches the state of a run instead of receiving it with the call. */
  inlineBytes: 4 * mebibyte,
  eventBytes: 512 * 1024,
  eventsPerRequest: 5000,
  requestBytes: 64 * mebibyte,
  replyBytes: 64 * mebibyte,
  triggersPerFunction: 10,
  batchEvents: 100,
  batchBytes: 10 * mebibyte,
  batchMs: { least: 1000, most: 60_000 },
  periodMs: { least: 1000, most: 7 * 24 * 60 * 60 * 1000 },
  prioritySeconds: 600,
  cancelOnPerFunction: 5,
  concurrencyKeysPerFunction: 2,
  retries: 20,
  pauseMs: 366 * 24 * 60 * 60 * 1000,
  callMs: 2 * 60 * 60 * 1000,
} as const;
