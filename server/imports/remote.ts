import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { isPrivateAddress } from "#server/mail/hosts";
import { refused } from "./formats/refusal.ts";
import { fileBytesMax } from "./schema.ts";

/** What an address answers with: a stream of its bytes, how many it says they are, and the name the file has there. */
export type Remote = { fileName: string; sizeBytes: number | null; content: AsyncIterable<Buffer> };

/** An address as it may be shown: its query may hold a token. */
export function shownAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

const redirectsMax = 5;
const silenceMs = 30_000;
const wholeMs = 30 * 60_000;

/** `allowPrivate` is the operator's word unless it is given; `withinMs` is the time for the whole file. */
export type RemoteOptions = {
  headers?: Record<string, string>;
  allowPrivate?: boolean;
  withinMs?: number;
};

/**
 * Opens a file on another server. HTTPS, to public addresses; the operator may allow those of the own network, and plain
 * HTTP within it. Every redirect is looked at anew, and the connection goes to the address that was looked at.
 * @throws AppError invalid for an address that may not or cannot be fetched, unavailable when trying again may help
 */
export async function openRemote(
  address: string,
  { headers = {}, allowPrivate = env.ALLOW_PRIVATE_HOSTS, withinMs = wholeMs }: RemoteOptions = {},
): Promise<Remote> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const answer = await ask(url, { headers, allowPrivate });
    const status = answer.statusCode ?? 0;
    const { location } = answer.headers;
    if (status >= 300 && status < 400 && location) {
      answer.destroy();
      const next = URL.parse(location, url);
      if (!next)
        throw refused(`${url.hostname} redirects to "${location.slice(0, 100)}", which is no address.`);
      // A secret is meant for the server it was given for, and for the way it was given.
      if (next.origin !== url.origin) headers = {};
      url = next;
      continue;
    }
    if (status === 200) {
      const announced = Number(answer.headers["content-length"] ?? Number.NaN);
      return {
        fileName: nameOf(url, answer.headers["content-disposition"]),
        sizeBytes: announced >= 0 ? announced : null,
        content: bounded(answer, url.hostname, withinMs),
      };
    }
    answer.destroy();
    throw problemOf(status, url.hostname);
  }
  throw refused(
    `${url.hostname} redirects more than ${redirectsMax} times. Give the address of the file itself.`,
  );
}

type Asking = Required<Omit<RemoteOptions, "withinMs">>;

async function ask(url: URL, { headers, allowPrivate }: Asking): Promise<IncomingMessage> {
  const plain = url.protocol === "http:";
  const found = plain || url.protocol === "https:" ? await resolvePublic(url, allowPrivate) : null;
  if (!found || (plain && !found.isPrivate))
    throw refused(
      `${url.hostname || url.protocol} must be asked over HTTPS. Give an address that begins with https://.`,
    );
  const { address, family } = found;
  const send = plain ? requestHttp : requestHttps;
  return new Promise((done, fail) => {
    const failed = (cause: Error) =>
      fail(
        new AppError(
          "unavailable",
          `${url.hostname} could not be reached (${cause.message}). Check the address and try again.`,
          {},
          { cause },
        ),
      );
    const asked = send(
      url,
      {
        headers: { "user-agent": "Postroad", accept: "*/*", "accept-encoding": "identity", ...headers },
        timeout: silenceMs,
        // The name is not looked up again: the answer could be another one.
        lookup: (_host, options, callback) =>
          options.all ? callback(null, [{ address, family }]) : callback(null, address, family),
      },
      done,
    );
    asked.on("timeout", () => asked.destroy(new Error(`no answer for ${silenceMs / 1000} seconds`)));
    asked.on("error", failed);
    asked.end();
  });
}

/**
 * The address that a host has, to which the caller must connect: asked again, the answer could be another one.
 * @throws AppError invalid for one inside this network, unless that is allowed, or unknown; unavailable when nobody could say
 */
export async function resolvePublic(url: URL, allowPrivate: boolean) {
  if (url.username !== "" || url.password !== "")
    throw refused("Leave the user name and password out of the address.");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const found = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await lookup(host, { all: true }).catch((cause: unknown) => {
        throw notFound(host, cause);
      });
  const usable = allowPrivate ? found : found.filter(({ address }) => !isPrivateAddress(address));
  const chosen = usable.find(({ family }) => family === 4) ?? usable[0];
  if (!chosen) {
    throw refused(
      `${host} is an address inside this network. Only public addresses are fetched; the operator can set ALLOW_PRIVATE_HOSTS.`,
    );
  }
  return { ...chosen, isPrivate: isPrivateAddress(chosen.address) };
}

function notFound(host: string, cause: unknown): AppError {
  // The name service is busy or out of reach, which says nothing about the name.
  if (cause instanceof Error && "code" in cause && cause.code === "EAI_AGAIN")
    return new AppError(
      "unavailable",
      `${host} could not be looked up. Try again in a moment.`,
      {},
      { cause },
    );
  return refused(`No server was found at ${host}. Check the spelling of the address.`, cause);
}

function problemOf(status: number, host: string): AppError {
  const asked = `${host} answered with status ${status}`;
  if (status === 401 || status === 403)
    return refused(`${asked}: it does not give this file out without a permission it was not shown.`);
  if (status === 404 || status === 410) return refused(`${asked}: there is no such file. Check the address.`);
  if (status === 429 || status >= 500) return new AppError("unavailable", `${asked}. Try again in a moment.`);
  return refused(`${asked}, and 200 was expected. Check the address in a browser.`);
}

/** The name of the file at an address, as its server gives it or as the address ends. */
export function nameOf(url: URL, disposition = ""): string {
  const given = /filename\*?=(?:UTF-8'')?"?([^";]+)"?/i.exec(disposition)?.[1];
  const last = given ?? url.pathname.split("/").at(-1) ?? "";
  return (
    decoded(last)
      .replace(/[\u0000-\u001f/\\]/g, "")
      .trim()
      .slice(0, 255) || url.hostname
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

async function* bounded(answer: IncomingMessage, host: string, withinMs: number): AsyncGenerator<Buffer> {
  const announced = Number(answer.headers["content-length"] ?? Number.NaN);
  if (announced > fileBytesMax) throw tooLarge(host);
  let bytes = 0;
  answer.setTimeout(silenceMs, () =>
    answer.destroy(new Error(`nothing came for ${silenceMs / 1000} seconds`)),
  );
  // One that dribbles would hold on for ever.
  const late = setTimeout(
    () => answer.destroy(new Error(`the whole file takes longer than ${Math.ceil(withinMs / 60_000)} min`)),
    withinMs,
  );
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > fileBytesMax) throw tooLarge(host);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error ? ` (${cause.message})` : "";
    throw new AppError(
      "unavailable",
      `${host} broke off after ${bytes} bytes${reason}. Try again.`,
      {},
      { cause },
    );
  } finally {
    clearTimeout(late);
  }
  if (announced >= 0 && bytes !== announced)
    throw new AppError("unavailable", `${host} sent ${bytes} of ${announced} bytes. Try again.`);
}

const tooLarge = (host: string) =>
  refused(`The file at ${host} is larger than 5 GB. Split it into smaller ones.`);
