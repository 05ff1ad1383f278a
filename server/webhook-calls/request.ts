import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { resolvePublic } from "#server/imports/remote";

/**
 * How a call ended. `failed` will fail again; `again` has certainly not been acted on and may be made again; of
 * `unknown` nobody can say whether it was, since no answer came after it had been sent.
 */
export type CallResult = {
  outcome: "done" | "again" | "failed" | "unknown";
  status: number | null;
  error: string | null;
};

export type Call = { url: string; headers: Record<string, string>; body: string };
type Options = { allowPrivate?: boolean; timeoutMs?: number };

const timeoutMax = 10_000;
/** Answers that say: not now. */
const notNow = [408, 425, 429];

/**
 * POSTs to an address that a user gave: HTTPS to public addresses, to the very one that was looked at; the operator may
 * allow those of the own network. Redirects are not followed. Never throws.
 */
export async function makeCall(
  call: Call,
  { allowPrivate = env.ALLOW_PRIVATE_HOSTS, timeoutMs = timeoutMax }: Options = {},
): Promise<CallResult> {
  const url = URL.parse(call.url);
  if (!url || (url.protocol !== "https:" && !(url.protocol === "http:" && allowPrivate)))
    return refused("The address must begin with https://.");
  let place: { address: string; family: number };
  try {
    place = await resolvePublic(url, allowPrivate);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code === "unavailable"
      ? { outcome: "again", status: null, error: error.message }
      : refused(error.message);
  }
  return post(url, call, { place, timeoutMs });
}

const refused = (error: string): CallResult => ({ outcome: "failed", status: null, error });

type Way = { place: { address: string; family: number }; timeoutMs: number };

function post(url: URL, { headers, body }: Call, { place, timeoutMs }: Way): Promise<CallResult> {
  const { address, family } = place;
  const send = url.protocol === "http:" ? requestHttp : requestHttps;
  return new Promise((resolve) => {
    // From the moment the connection stands, the other side may have taken the call.
    let connected = false;
    const asked = send(url, {
      method: "POST",
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-length": Buffer.byteLength(body),
        "user-agent": "Postroad",
        connection: "close",
        ...headers,
      },
      signal: AbortSignal.timeout(timeoutMs),
      // The name is not looked up again: the answer could be another one.
      lookup: (_host, options, callback) =>
        options.all ? callback(null, [{ address, family }]) : callback(null, address, family),
    });
    asked.on("socket", (socket) =>
      socket.once(url.protocol === "http:" ? "connect" : "secureConnect", () => (connected = true)),
    );
    asked.on("response", (answer) => {
      answer.resume();
      resolve(resultOf(answer));
    });
    asked.on("error", (error) => resolve(broken(error, connected, timeoutMs)));
    asked.end(body);
  });
}

function resultOf({ statusCode = 0 }: IncomingMessage): CallResult {
  const status = statusCode;
  if (status >= 200 && status < 300) return { outcome: "done", status, error: null };
  const error = `The other system answered with status ${status}.`;
  if (status >= 300 && status < 400)
    return {
      outcome: "failed",
      status,
      error: `${error} Redirects are not followed: give the address it leads to.`,
    };
  return { outcome: status >= 500 || notNow.includes(status) ? "again" : "failed", status, error };
}

function broken(error: Error, connected: boolean, timeoutMs: number): CallResult {
  const late = error.name === "TimeoutError" || error.name === "AbortError";
  const why = late
    ? `No answer came within ${timeoutMs / 1000} seconds`
    : `The connection failed (${error.message})`;
  if (!connected) return { outcome: "again", status: null, error: `${why}.` };
  return {
    outcome: "unknown",
    status: null,
    error: `${why} after the call was sent: it may have been acted on.`,
  };
}
