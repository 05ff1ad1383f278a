import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import PostalMime from "postal-mime";
import { z } from "zod";
import { log } from "#server/log";
import { answerApi, reply, type Answer } from "./api.ts";
import {
  inboxPage,
  listHtml,
  mailHtml,
  nothingOpen,
  robotHtml,
  tabs,
  type ListView,
  type Tab,
} from "./inbox-pages.ts";
import { paces, robotSettingsInput, type RobotSettings } from "./schema.ts";
import { findMail, forgetAllMails, listMails } from "./store.ts";

/** The robot's settings as the catcher uses them, and how to change them. */
export type SettingsHolder = {
  current(): RobotSettings;
  change(changes: Partial<RobotSettings>): Promise<void>;
};

const pageSize = 50;
const uuid = z.uuid();

/** Serves the web inbox and its JSON API on this machine only. */
export async function startInbox(port: number, settings: SettingsHolder): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, response, settings).catch((error: unknown) => {
      log.error({ err: error, url: request.url }, "the sandbox's inbox");
      if (!response.headersSent)
        reply(response, { status: 500, text: "Something went wrong. The sandbox's log says what." });
      else response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  settings: SettingsHolder,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://sandbox");
  if (url.pathname === "/healthz") return reply(response, { json: { status: "ok" } });
  // Another site must neither read this inbox through a name that it points here, nor post to it.
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ""))
    return reply(response, { status: 421, text: "The sandbox answers to 127.0.0.1 and localhost only." });
  if (request.method !== "GET" && request.method !== "HEAD" && isForeign(request))
    return reply(response, { status: 403, text: "Requests from other sites are refused." });
  const answer = url.pathname.startsWith("/api/")
    ? await answerApi(request, url, settings)
    : await answerPage(request, url, settings);
  reply(response, answer ?? { status: 404, text: "There is no such page in the sandbox." });
}

function isForeign({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site) return site !== "same-origin" && site !== "none";
  return headers.origin !== undefined && URL.parse(headers.origin)?.host !== headers.host;
}

async function answerPage(
  request: IncomingMessage,
  url: URL,
  settings: SettingsHolder,
): Promise<Answer | null> {
  if (url.pathname === "/robot") return robotPage(request, url, settings);
  if (url.pathname === "/wipe" && request.method === "POST") {
    await forgetAllMails();
    return { status: 303, location: "/" };
  }
  if (request.method !== "GET" && request.method !== "HEAD") return null;
  if (url.pathname === "/") {
    const list = await listView(url, null);
    return { html: inboxPage({ list, main: nothingOpen, reading: false, title: "Sandbox inbox" }) };
  }
  if (url.pathname === "/list") return { html: listHtml(await listView(url, url.searchParams.get("open"))) };
  const [, , id = "", part] = url.pathname.split("/");
  if (!url.pathname.startsWith("/m/") || !uuid.safeParse(id).success) return null;
  return part === "body" ? bodyPage(id) : part === undefined ? mailPage(url, id) : null;
}

async function listView(url: URL, openId: string | null): Promise<ListView> {
  const q = url.searchParams.get("q")?.trim().slice(0, 200) ?? "";
  const before = uuid.safeParse(url.searchParams.get("before")).data;
  const mails = await listMails({ q: q || undefined, before, limit: pageSize + 1 });
  return {
    mails: mails.slice(0, pageSize),
    q,
    openId,
    before: before ?? null,
    more: mails.length > pageSize,
  };
}

async function mailPage(url: URL, id: string): Promise<Answer | null> {
  const mail = await findMail(id, { see: true });
  if (!mail) return null;
  const wanted = url.searchParams.get("tab");
  const tab: Tab = tabs.find((each) => each === wanted) ?? "html";
  const list = await listView(url, id);
  const content = tab === "html" ? "" : await contentOf(mail.raw, tab);
  const main = mailHtml(mail, { tab, q: list.q, content });
  return { html: inboxPage({ list, main, reading: true, title: `${mail.subject} · Sandbox` }) };
}

async function contentOf(raw: Buffer, tab: Tab): Promise<string> {
  if (tab === "source") return raw.toString("utf8");
  const parsed = await PostalMime.parse(raw);
  if (tab === "headers")
    return parsed.headers.map(({ originalKey, value }) => `${originalKey}: ${value}`).join("\n");
  return parsed.text ?? "This mail has no text part.";
}

/** The mail as a mail program shows it: no scripts, links open beside it, and nothing of this origin within reach. */
async function bodyPage(id: string): Promise<Answer | null> {
  const mail = await findMail(id);
  if (!mail) return null;
  const parsed = await PostalMime.parse(mail.raw);
  const text = (parsed.text ?? "").replace(/[&<]/g, (character) => (character === "&" ? "&amp;" : "&lt;"));
  return {
    html: `<base target="_blank">${parsed.html ?? `<pre style="white-space:pre-wrap;font:14px/1.5 system-ui">${text}</pre>`}`,
    headers: {
      "content-security-policy":
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src http: https: data:",
      "referrer-policy": "no-referrer",
    },
  };
}

async function robotPage(request: IncomingMessage, url: URL, settings: SettingsHolder): Promise<Answer> {
  if (request.method === "POST") {
    const problem = await changeRobot(new URLSearchParams(await readBody(request)), settings);
    if (problem === null) return { status: 303, location: "/robot?saved=1" };
    return { status: 400, html: await robotView(settings, { saved: false, problem }) };
  }
  return { html: await robotView(settings, { saved: url.searchParams.has("saved"), problem: null }) };
}

async function robotView(
  settings: SettingsHolder,
  state: { saved: boolean; problem: string | null },
): Promise<string> {
  const list = await listView(new URL("http://sandbox/"), null);
  return inboxPage({
    list,
    main: robotHtml(settings.current(), state),
    reading: true,
    title: "Robot · Sandbox",
  });
}

async function changeRobot(form: URLSearchParams, settings: SettingsHolder): Promise<string | null> {
  const pace = form.get("pace");
  if (pace === "calm" || pace === "fast") {
    await settings.change(paces[pace]);
    return null;
  }
  const share = (name: string) => Number(form.get(name)) / 100;
  const parsed = robotSettingsInput.safeParse({
    robotOn: form.has("robotOn"),
    openRate: share("openRate"),
    clickRate: share("clickRate"),
    unsubscribeRate: share("unsubscribeRate"),
    replyRate: share("replyRate"),
    autoReplyRate: share("autoReplyRate"),
    bounceRate: share("bounceRate"),
    delaySecondsMin: form.get("delaySecondsMin"),
    delaySecondsMax: form.get("delaySecondsMax"),
  });
  if (!parsed.success) return parsed.error.issues[0]?.message ?? "That is no setting the robot understands.";
  const { delaySecondsMin = 0, delaySecondsMax = 0 } = parsed.data;
  if (delaySecondsMax < delaySecondsMin) return "“At the latest” must not be earlier than “not before”.";
  await settings.change(parsed.data);
  return null;
}

const bodyMax = 64 * 1024;

/** The whole body as text. @throws Error beyond 64 KiB */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyMax) throw new Error("The request is too long.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
