/**
 * Whether the error only says that the browser left while it was still sending: the words of Node's HTTP server for a
 * request body that broke off. Nothing of ours has failed then, and nobody waits for an answer.
 */
export const isDeparted = (error: unknown): boolean =>
  error instanceof Error && error.message === "aborted" && "code" in error && error.code === "ECONNRESET";
