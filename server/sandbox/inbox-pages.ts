import { escapeHtml } from "#server/mail/liquid-engine";
import { script, style } from "./inbox-style.ts";
import type { paces } from "./schema.ts";
import { type RobotSettings } from "./schema.ts";
import type { MailSummary, StoredMail } from "./store.ts";

export const tabs = ["html", "text", "headers", "source"] as const;
export type Tab = (typeof tabs)[number];

/** What is on the left: the mails found, what was looked for, and which one is open. */
export type ListView = {
  mails: readonly MailSummary[];
  q: string;
  openId: string | null;
  before: string | null;
  more: boolean;
};

const e = escapeHtml;
const at = (date: Date) =>
  `<time datetime="${date.toISOString()}" title="${date.toISOString()}">${date.toISOString().slice(5, 16).replace("T", " ")}</time>`;
const query = (q: string, more: Record<string, string> = {}) => {
  const parameters = new URLSearchParams({ ...(q && { q }), ...more }).toString();
  return parameters && `?${e(parameters)}`;
};

/** The whole window around `main`. */
export function inboxPage({
  list,
  main,
  reading,
  title,
}: {
  list: ListView;
  main: string;
  reading: boolean;
  title: string;
}): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`
    + `<title>${e(title)}</title><link rel="icon" href="data:,"><style>${style}</style></head><body${reading ? ' class="reading"' : ""}>`
    + `<header><a class="button back" href="/${query(list.q)}">Back</a><a href="/"><b>Sandbox inbox</b></a>`
    + `<span class="note">Mail that went nowhere else. <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>/</kbd> to search.</span><span class="gap"></span>`
    + `<form class="search" method="get" action="/"><input name="q" type="search" value="${e(list.q)}" placeholder="Recipient or subject" aria-label="Search by recipient or subject"></form>`
    + `<a class="button" href="/robot">Robot</a></header>`
    + `<nav class="list" aria-label="Mails" data-open="${e(list.openId ?? "")}"${list.before ? ' data-older="1"' : ""}>${listHtml(list)}</nav>`
    + `<main>${main}</main><script>${script}</script></body></html>`
  );
}

export function listHtml({ mails, q, openId, more }: ListView): string {
  if (mails.length === 0) {
    return q
      ? `<div class="empty"><div><h2>Nothing found</h2><p>No mail to or about “${e(q)}”. <a href="/"><u>Show all</u></a></p></div></div>`
      : `<div class="empty"><div><h2>No mail yet</h2><p>Launch a campaign from a sandbox mailbox, or ask for a new password: it lands here a moment later.</p></div></div>`;
  }
  const rows = mails.map(
    ({ id, to, from, subject, receivedAt, seen }) =>
      `<li${seen || id === openId ? "" : ' class="new"'}><a class="mail" href="/m/${id}${query(q)}"${id === openId ? ' aria-current="true"' : ""}>`
      + `<span class="dot"></span><span class="to">${e(to)}</span>${at(receivedAt)}`
      + `<span class="subject">${e(subject || "(no subject)")}</span><span class="from">${e(from)}</span></a></li>`,
  );
  const last = mails.at(-1)?.id ?? "";
  return `<ol>${rows.join("")}</ol>${more ? `<a class="more" href="/${query(q, { before: last })}">Older</a>` : ""}`;
}

const intents: Record<string, string> = { auto_reply: "answer automatically", bounce: "send it back" };

export const nothingOpen = `<div class="empty"><div><h2>Choose a mail</h2><p>Reading one here counts as a reader's open, as it would in any inbox.</p></div></div>`;

/** One mail: who, what the robot does, and the part of it that `tab` shows. */
export function mailHtml(
  mail: StoredMail,
  { tab, q, content }: { tab: Tab; q: string; content: string },
): string {
  const acts = mail.acts.map(
    ({ act, dueAt, doneAt, result }) =>
      `<li>${doneAt ? `Robot ${e(result)}` : `Robot will ${e(intents[act] ?? act)} at ${e(dueAt.toISOString().slice(11, 16))}`}</li>`,
  );
  const names: Record<Tab, string> = { html: "HTML", text: "Text", headers: "Headers", source: "Source" };
  const tabLinks = tabs.map(
    (each) =>
      `<a href="/m/${mail.id}${query(q, { tab: each })}"${each === tab ? ' aria-current="page"' : ""}>${names[each]}</a>`,
  );
  const body =
    tab === "html"
      ? `<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/m/${mail.id}/body"></iframe>`
      : `<pre tabindex="0">${e(content)}</pre>`;
  return (
    `<div class="top"><h1>${e(mail.subject || "(no subject)")}</h1><dl><dt>From</dt><dd>${e(mail.from)}</dd><dt>To</dt><dd>${e(mail.to)}</dd>`
    + `<dt>Received</dt><dd>${at(mail.receivedAt)} UTC, ${mail.sizeBytes.toLocaleString("en")} bytes</dd></dl>`
    + (acts.length > 0 ? `<ul class="acts">${acts.join("")}</ul>` : "")
    + `<nav class="tabs" aria-label="Parts of the mail">${tabLinks.join("")}</nav></div>${body}`
  );
}

/** How lively the robot is. */
export function robotHtml(
  settings: RobotSettings,
  { saved, problem }: { saved: boolean; problem: string | null },
): string {
  const percent = (name: string, label: string, value: number) =>
    `<label>${label}<input name="${name}" type="number" min="0" max="100" step="any" value="${+(value * 100).toFixed(2)}" required><small>% of mails</small></label>`;
  const seconds = (name: string, label: string, value: number) =>
    `<label>${label}<input name="${name}" type="number" min="0" value="${value}" required><small>seconds after arrival</small></label>`;
  const pace = (name: keyof typeof paces, label: string) =>
    `<button class="button" type="submit" name="pace" value="${name}">${label}</button>`;
  return (
    `<div class="panel"><h1>Robot</h1><p>It reads campaign mails as people do: opens some, clicks one link, now and then replies or unsubscribes. Some are out of office, and some mail comes back. `
    + `It only ever calls on this installation. <b>reply@</b>, <b>ooto@</b> and <b>bounce@</b> any domain always do what they say.</p>${problem ? `<p role="alert"><b>${e(problem)}</b></p>` : ""}`
    + `<form method="post" action="/robot"><label class="check"><input type="checkbox" name="robotOn"${settings.robotOn ? " checked" : ""}>Read new mails</label>`
    + `<div class="grid">${percent("openRate", "Open", settings.openRate)}${percent("clickRate", "Click", settings.clickRate)}${percent("unsubscribeRate", "Unsubscribe", settings.unsubscribeRate)}</div>`
    + `<div class="grid">${percent("replyRate", "Reply", settings.replyRate)}${percent("autoReplyRate", "Out of office", settings.autoReplyRate)}${percent("bounceRate", "Bounce", settings.bounceRate)}</div>`
    + `<div class="grid">${seconds("delaySecondsMin", "Not before", settings.delaySecondsMin)}${seconds("delaySecondsMax", "At the latest", settings.delaySecondsMax)}</div>`
    + `<div class="row"><button class="button main" type="submit">Save</button>${pace("calm", "Pace: 1 to 20 minutes")}${pace("fast", "Pace: fast, for demos")}`
    + `${saved ? '<span class="saved" role="status">Saved. It holds for mails from now on.</span>' : ""}</div></form>`
    + `<p style="margin-top:28px">Mails are kept until there are a hundred thousand.</p>`
    + `<form class="wipe" method="post" action="/wipe"><button class="button" type="submit">Delete all mails</button></form></div>`
  );
}
