import { createServer, type IncomingMessage } from "node:http";
import { v7 } from "uuid";
import { afterEach, beforeAll, expect, test } from "vitest";
import { moveClock } from "#db/testing";
import { encodeText, header } from "#server/mail/headers";
import { wholeBody } from "#server/mail/mime";
import { openTransport } from "#server/mail/smtp";
import { readMail } from "#server/replies/inbound-mail";
import { judge } from "#server/replies/verdict";
import { startCatcher } from "./catcher.ts";
import { newestDelivery, readDeliveries } from "./deliveries.ts";
import { startInbox } from "./inbox.ts";
import { linksOf } from "./reader.ts";
import { planActs } from "./plan.ts";
import { startRobot } from "./robot.ts";
import type { RobotSettings } from "./schema.ts";
import { forgetAllMails, listMails, readSettings, saveSettings } from "./store.ts";

const off = {
  robotOn: true,
  openRate: 0,
  clickRate: 0,
  unsubscribeRate: 0,
  replyRate: 0,
  autoReplyRate: 0,
  bounceRate: 0,
  delaySecondsMin: 5,
  delaySecondsMax: 9,
};

const closers: (() => Promise<unknown>)[] = [];
beforeAll(forgetAllMails);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function catcher(settings: Partial<RobotSettings> = { robotOn: false }, appUrl = "http://app.example") {
  const all = { ...(await readSettings()), ...settings };
  const started = await startCatcher(0, { settings: () => all, onPlanned: () => undefined, appUrl });
  closers.push(() => started.stop());
  return openTransport(
    {
      host: "127.0.0.1",
      port: started.port,
      security: "none",
      user: "mailbox-1",
      password: "x",
      trusted: true,
    },
    8,
  );
}

async function inbox() {
  let settings = await readSettings();
  const server = await startInbox(0, {
    current: () => settings,
    async change(changes) {
      await saveSettings(changes);
      settings = await readSettings();
    },
  });
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

function mail(to: string, subject: string, html = "<p>Hi</p>", unsubscribe = "") {
  const head = [
    header("From", "Grace <grace@sandbox.test>"),
    header("To", to),
    header("Subject", encodeText(subject)),
    unsubscribe && header("List-Unsubscribe", `<${unsubscribe}>`),
  ];
  return {
    id: v7(),
    envelope: { from: "grace@sandbox.test", to },
    raw: Buffer.from(head.join("") + wholeBody("Hi", html)),
  };
}

test("every acknowledged mail is kept, with its sender's mailbox, decoded subject and bytes", async () => {
  const transport = await catcher();
  const to = `group-${v7()}@example.org`;
  const results = await transport.send(Array.from({ length: 60 }, (_, n) => mail(to, `Grüße ${n}`)));
  transport.close();
  expect(results.every(({ outcome }) => outcome === "sent")).toBe(true);
  const kept = await listMails({ to, limit: 100 });
  expect(kept).toHaveLength(60);
  expect(kept[0]).toMatchObject({ mailbox: "mailbox-1", from: "Grace <grace@sandbox.test>", seen: false });
  expect(new Set(kept.map(({ subject }) => subject))).toEqual(
    new Set(Array.from({ length: 60 }, (_, n) => `Grüße ${n}`)),
  );
});

test("the API finds by recipient and subject, follows what is new, and gives the parts of a mail", async () => {
  const [transport, origin] = [await catcher(), await inbox()];
  const to = `api-${v7()}@example.org`;
  await transport.send([mail(to, "First", `<a href="https://a.example/?x=1&amp;y=2">a</a>`)]);
  const list = async (query: string) =>
    (await (await fetch(`${origin}/api/messages?${query}`)).json()) as { id: string; subject: string }[];
  const [first] = await list(`to=${encodeURIComponent(to.toUpperCase())}`);
  await transport.send([mail(to, "Second 100%")]);
  transport.close();
  expect(
    (await list(`to=${encodeURIComponent(to)}&after=${first?.id}`)).map(({ subject }) => subject),
  ).toEqual(["Second 100%"]);
  expect(await list(`to=${encodeURIComponent(to)}&subject=0%25`)).toHaveLength(1);
  const whole = (await (await fetch(`${origin}/api/messages/${first?.id}`)).json()) as Record<
    string,
    unknown
  >;
  expect(whole).toMatchObject({ subject: "First", links: ["https://a.example/?x=1&y=2"], text: "Hi\n" });
  expect((await fetch(`${origin}/api/messages?limit=x`)).status).toBe(400);
});

test("the pages escape what mails hold, keep them in a frame without scripts, and refuse other sites", async () => {
  const [transport, origin] = [await catcher(), await inbox()];
  const to = `page-${v7()}@example.org`;
  await transport.send([mail(to, "<script>alert(1)</script>", "<script>alert(2)</script><p>body</p>")]);
  transport.close();
  const [{ id = "" } = {}] = await listMails({ to, limit: 1 });
  const page = await (await fetch(`${origin}/m/${id}`)).text();
  expect(page).toContain("&lt;script&gt;alert(1)");
  expect(page).not.toContain("<script>alert");
  const body = await fetch(`${origin}/m/${id}/body`);
  expect(body.headers.get("content-security-policy")).toMatch(
    /^sandbox (?!.*allow-scripts).*default-src 'none'/,
  );
  expect(await (await fetch(`${origin}/m/${id}?tab=source`)).text()).toContain("Content-Transfer-Encoding");
  const wipe = await fetch(`${origin}/wipe`, {
    method: "POST",
    headers: { origin: "https://evil.example" },
    redirect: "manual",
  });
  expect(wipe.status).toBe(403);
  expect(await listMails({ to, limit: 1 })).toHaveLength(1);
});

test("the robot's settings are checked and kept", async () => {
  const origin = await inbox();
  const change = (body: unknown) =>
    fetch(`${origin}/api/robot`, { method: "POST", body: JSON.stringify(body) });
  expect((await change({ openRate: 2 })).status).toBe(400);
  expect((await change({ delaySecondsMin: 100, delaySecondsMax: 1 })).status).toBe(400);
  expect((await change({ openRate: 0.5, clickRate: 0.25 })).status).toBe(200);
  expect(await readSettings()).toMatchObject({ openRate: 0.5, clickRate: 0.25 });
});

test("the robot opens, clicks one link and unsubscribes when its time has come, as a browser, and calls on nobody else", async () => {
  const calls: string[] = [];
  const product = createServer((request: IncomingMessage, response) => {
    calls.push(`${request.method} ${request.url} ${/Mozilla/.test(request.headers["user-agent"] ?? "")}`);
    response.writeHead(request.url?.startsWith("/t/c") ? 302 : 200, { location: "/elsewhere" }).end();
  });
  await new Promise<void>((resolve) => product.listen(0, "127.0.0.1", resolve));
  const address = product.address();
  const appUrl = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  closers.push(async () => {
    product.closeAllConnections();
    product.close();
  });
  const all = {
    robotOn: true,
    openRate: 1,
    clickRate: 1,
    unsubscribeRate: 1,
    replyRate: 0,
    autoReplyRate: 0,
    bounceRate: 0,
    delaySecondsMin: 300,
    delaySecondsMax: 600,
  };
  const transport = await catcher(all, appUrl);
  const robot = startRobot(appUrl);
  closers.push(() => robot.stop());
  const links = `<a href="${appUrl}/t/c/one">1</a><a href="${appUrl}/t/c/two">2</a><a href="https://evil.example/t/c/x">3</a>`;
  const html = `${links}<img src="${appUrl}/t/o/pixel"><img src="https://evil.example/t/o/x">`;
  await transport.send([mail("reader@example.org", "Campaign", html, `${appUrl}/u/token`)]);
  await transport.send([mail("reader@example.org", "[Test] Campaign", html, `${appUrl}/u/token`)]);
  transport.close();
  expect(calls).toEqual([]);
  await moveClock("11 minutes");
  await expect.poll(() => calls.some((call) => call.startsWith("POST")), { timeout: 5_000 }).toBe(true);
  const [open, click, ...unsubscribe] = calls;
  expect(calls.every((call) => call.endsWith("true"))).toBe(true);
  expect(open).toMatch(/^GET \/t\/o\/pixel/);
  expect(click).toMatch(/^GET \/t\/c\/(one|two)/);
  expect(unsubscribe.at(-1)).toMatch(/^POST \/u\/token/);
  expect(calls.filter((call) => call.includes("/t/"))).toHaveLength(2);
});

test.each([
  ["replies", { replyRate: 1 }, { kind: "reply" }],
  ["answers automatically", { autoReplyRate: 1, openRate: 0 }, { kind: "auto_reply" }],
  [
    "sends mail back",
    { bounceRate: 1 },
    { kind: "bounce", delivery: { recipient: "reader@example.org", outcome: "failed" } },
  ],
])("the robot %s to the mailbox that sent, once, as mail programs do", async (_what, rates, verdict) => {
  const appUrl = "http://127.0.0.1:1";
  const transport = await catcher({ ...off, ...rates }, appUrl);
  const robot = startRobot(appUrl);
  closers.push(() => robot.stop());
  const before = await newestDelivery("mailbox-1");
  const sent = mail("reader@example.org", "Campaign", "<p>Hi</p>", `${appUrl}/u/token`);
  const messageId = "<018f0000000070008000000000000000.0011223344556677@sandbox.test>";
  await transport.send([
    { ...sent, raw: Buffer.concat([Buffer.from(`Message-ID: ${messageId}\r\n`), sent.raw]) },
  ]);
  transport.close();
  await moveClock("5 minutes");
  await expect.poll(() => newestDelivery("mailbox-1"), { timeout: 5_000 }).toBe(before + 1);
  await moveClock("1 hour");
  const deliveries = await readDeliveries("mailbox-1", [before + 1, before + 2]);
  expect(deliveries).toHaveLength(1);
  const understood = judge(await readMail(deliveries[0]?.raw ?? Buffer.from("")));
  expect(understood).toMatchObject({ ...verdict, pointers: { rfcIds: [messageId] } });
});

test("some names always do what they say, even while the robot is off, and with a plus-part too", () => {
  const acts = (to: string) => planActs({ id: v7(), to }, { ...off, robotOn: false }).map(({ act }) => act);
  expect(["reply@a.test", "ooto@a.test", "Bounce+7@a.test"].flatMap(acts)).toEqual([
    "reply",
    "auto_reply",
    "bounce",
  ]);
  expect(["replying@a.test", "ada@bounce.test", "constructor@a.test"].flatMap(acts)).toEqual([]);
});

test("links of other origins are not the robot's business", async () => {
  const { raw } = mail(
    "a@b.example",
    "x",
    `<img src="https://evil.example/t/o/1"><a href="https://evil.example/t/c/1">x</a>`,
    "https://evil.example/u/1",
  );
  expect(await linksOf(raw, "https://app.example")).toEqual({ pixel: null, clicks: [], unsubscribe: null });
});
