import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { resolvePublic } from "#server/imports/remote";

/** What came of asking: a sentence on what is wrong; null when a page answers; undefined when time was up before. */
export type LinkAnswer = string | null | undefined;
type Options = { allowPrivate?: boolean; timeoutMs?: number; wholeMs?: number };
type Way = { allowPrivate: boolean; timeoutMs: number; signal: AbortSignal };

const timeoutMax = 10_000;
/** Whoever waits for all of them waits no longer than proxies do. */
const wholeMax = 45_000;
const atOnce = 5;
const redirectsMax = 5;

/**
 * Asks web addresses of mails whether they answer, as a click would: at public addresses only, unless the operator allows
 * those of the own network, at the very one that was looked at, over every redirect. The answers are in order. Never throws.
 */
export async function askLinks(
  urls: readonly string[],
  { allowPrivate = env.ALLOW_PRIVATE_HOSTS, timeoutMs = timeoutMax, wholeMs = wholeMax }: Options = {},
): Promise<LinkAnswer[]> {
  const whole = AbortSignal.timeout(wholeMs);
  const answers: LinkAnswer[] = urls.map(() => undefined);
  const left = urls.entries();
  // All of them take from the same ones that are left.
  const lane = async () => {
    for (const [place, url] of left) {
      if (whole.aborted) return;
      const signal = AbortSignal.any([whole, AbortSignal.timeout(timeoutMs)]);
      const answer = await follow(url, { allowPrivate, timeoutMs, signal });
      if (answer === null || !whole.aborted) answers[place] = answer;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return answers;
}

async function follow(address: string, way: Way): Promise<string | null> {
  let url = URL.parse(address);
  if (!url) return "It is no address. Begin it with https://.";
  try {
    for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
      if (!/^https?:$/.test(url.protocol))
        return `${new URL(address).hostname} leads on to ${cut(url.href)}, which is no web page. Link to one.`;
      const { status, location } = await answerOf(url, way);
      if (status < 300 || status >= 400 || location === null) return problemOf(status, url);
      const next = URL.parse(location, url);
      if (!next)
        return `${url.hostname} leads on to “${cut(location)}”, which is no address. Link to the page itself.`;
      url = next;
    }
    return `${new URL(address).hostname} redirects more than ${redirectsMax} times. Link to the page where it ends.`;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    if (!(error instanceof Error)) throw error;
    return unreached(error, url, way);
  }
}

type Answer = { status: number; location: string | null };

/** Servers that refuse to be asked for the head alone are asked for the page, of which nothing is read. */
async function answerOf(url: URL, way: Way): Promise<Answer> {
  const place = await resolvePublic(url, way.allowPrivate);
  const head = await ask(url, "HEAD", { ...way, place }).catch((error: unknown) => {
    if (way.signal.aborted) throw error;
    return null;
  });
  return head && head.status < 400 ? head : ask(url, "GET", { ...way, place });
}

type Place = { address: string; family: number };

function ask(
  url: URL,
  method: "HEAD" | "GET",
  { place: { address, family }, signal }: Way & { place: Place },
): Promise<Answer> {
  const send = url.protocol === "http:" ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    const asked = send(url, {
      method,
      signal,
      headers: { "user-agent": "Mozilla/5.0 (compatible; Postroad)", accept: "*/*", connection: "close" },
      // The name is not looked up again: the answer could be another one.
      lookup: (_host, options, callback) =>
        options.all ? callback(null, [{ address, family }]) : callback(null, address, family),
    });
    asked.on("response", (answer) => {
      resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? null });
      answer.destroy();
    });
    asked.on("error", reject);
    asked.end();
  });
}

function problemOf(status: number, { hostname }: URL): string | null {
  if (status < 400) return null;
  const said = `${hostname} answers with status ${status}`;
  if (status === 404 || status === 410) return `${said}: there is no such page. Correct the address.`;
  if (status === 401 || status === 403)
    return `${said}, to a program at least. Open it without being signed in there, to see what people get.`;
  if (status === 429 || status === 503) return `${said}: not now. Check again in a few minutes.`;
  if (status >= 500) return `${said}: its server fails. Check again later, or tell whoever runs it.`;
  return `${said}, and a page was expected. Open it to see what people get.`;
}

function unreached(error: Error, { hostname }: URL, { signal, timeoutMs }: Way): string {
  if (signal.aborted)
    return `${hostname} gave no answer within ${timeoutMs / 1000} seconds. Check again, and open it to see what people get.`;
  return `The connection to ${hostname} failed (${error.message}). Check the address, or tell whoever runs it.`;
}

const cut = (text: string) => (text.length > 100 ? `${text.slice(0, 99)}…` : text);
