import type { IncomingMessage, ServerResponse } from "node:http";
import PostalMime from "postal-mime";
import { z } from "zod";
import { decodeEntities } from "#server/mail/html-links";
import { readHead } from "./head.ts";
import { readBody, type SettingsHolder } from "./inbox.ts";
import { mailListInput, robotSettingsInput } from "./schema.ts";
import { findMail, forgetAllMails, listMails } from "./store.ts";

/** One answer: a page, JSON, plain text, or the way to another page. */
export type Answer = {
  status?: number;
  html?: string;
  json?: unknown;
  text?: string;
  location?: string;
  headers?: Record<string, string>;
};

export function reply(
  response: ServerResponse,
  { status = 200, html, json, text, location, headers = {} }: Answer,
): void {
  const type = html !== undefined ? "text/html" : json !== undefined ? "application/json" : "text/plain";
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(location && { location }),
    ...headers,
  });
  response.end(html ?? (json !== undefined ? JSON.stringify(json) : (text ?? "")));
}

/**
 * - `GET /api/messages?to=&subject=&q=&after=&limit=`: summaries, newest first
 * - `GET /api/messages/:id`: one with its parts, links and unsubscribe address
 * - `DELETE /api/messages`: forgets all
 * - `GET`, `POST /api/robot`: the robot's settings; a post changes those it names
 */
export async function answerApi(
  request: IncomingMessage,
  url: URL,
  settings: SettingsHolder,
): Promise<Answer | null> {
  const { method = "GET" } = request;
  if (url.pathname === "/api/robot") return robot(request, settings);
  if (url.pathname === "/api/messages" && method === "DELETE") {
    await forgetAllMails();
    return { json: { deleted: true } };
  }
  if (method !== "GET") return null;
  if (url.pathname === "/api/messages") {
    const input = mailListInput.safeParse(Object.fromEntries(url.searchParams));
    return input.success ? { json: await listMails(input.data) } : refused(input.error);
  }
  const id = z.uuid().safeParse(url.pathname.split("/")[3]);
  if (!url.pathname.startsWith("/api/messages/") || !id.success) return null;
  return message(id.data);
}

async function message(id: string): Promise<Answer | null> {
  const mail = await findMail(id);
  if (!mail) return null;
  const { raw, ...summary } = mail;
  const parsed = await PostalMime.parse(raw);
  const html = parsed.html ?? null;
  const links = [...(html ?? "").matchAll(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)];
  return {
    json: {
      ...summary,
      headers: Object.fromEntries(parsed.headers.map(({ key, value }) => [key, value])),
      html,
      text: parsed.text ?? null,
      links: links.map((match) => decodeEntities(match[1] ?? match[2] ?? "")),
      unsubscribeUrl: readHead(raw).unsubscribeUrl,
      source: raw.toString("utf8"),
    },
  };
}

async function robot(request: IncomingMessage, settings: SettingsHolder): Promise<Answer | null> {
  if (request.method === "GET") return { json: settings.current() };
  if (request.method !== "POST") return null;
  const body = await readBody(request);
  const input = robotSettingsInput.safeParse(parseJson(body));
  if (!input.success) return refused(input.error);
  const { delaySecondsMin, delaySecondsMax } = { ...settings.current(), ...input.data };
  if (delaySecondsMax < delaySecondsMin)
    return { status: 400, json: { message: "delaySecondsMax must not be less than delaySecondsMin." } };
  await settings.change(input.data);
  return { json: settings.current() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refused(error: z.ZodError): Answer {
  const [issue] = error.issues;
  return {
    status: 400,
    json: { message: `${issue?.path.join(".") || "The body"}: ${issue?.message ?? "not understood"}` },
  };
}
