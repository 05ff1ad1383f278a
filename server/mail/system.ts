import { v7 } from "uuid";
import { AppError } from "#server/errors";
import { env } from "#server/env";
import { encodeAddress, encodeText, header, type Address } from "./headers.ts";
import { rfcMessageId } from "./message-id.ts";
import { mailDate, wholeBody } from "./mime.ts";
import { relayServer } from "./relay.ts";
import { openSession } from "./smtp-session.ts";

/** A mail of the product itself. `text` is what people read; `action` becomes a button, and a line with the address. */
export type SystemMail = {
  /** Names the mail when it may be sent again, so that its reader knows the second for the first. A uuid. */
  id?: string;
  to: Address;
  subject: string;
  text: string;
  action?: { label: string; url: string };
};

/**
 * Sends a mail of the product itself (password reset, invitation) through SMTP_URL, or to the sandbox.
 * Not inside a transaction: it waits for a mail server.
 * @throws AppError unavailable, saying at which phase the server refused or broke off
 */
export async function sendSystemMail(mail: SystemMail): Promise<void> {
  const from = { name: "Postroad", email: systemAddress() };
  const raw = Buffer.from(systemMessage(mail, from, new Date()));
  const session = await openSession(relayServer()).catch(unavailable);
  const result = await session.send({
    id: mail.to.email,
    envelope: { from: from.email, to: mail.to.email },
    raw,
  });
  session.close();
  if (result.outcome !== "sent") unavailable(new Error(result.text));
}

function unavailable(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : "no reason given";
  throw new AppError(
    "unavailable",
    `The mail could not be sent (${reason}). Try again in a moment.`,
    undefined,
    { cause },
  );
}

/** no-reply at the product's host; a made-up domain when the product has only a number for an address. */
function systemAddress(): string {
  const { hostname } = new URL(env.APP_URL);
  const named = /[a-z]$/i.test(hostname) && hostname.includes(".");
  return `no-reply@${named ? hostname : "postroad.localhost"}`;
}

/** The message as it goes to the server. */
export function systemMessage(
  { id, to, subject, text, action }: SystemMail,
  from: Address,
  date: Date,
): string {
  const lines = action ? `${text}\n\n${action.label}: ${action.url}\n` : `${text}\n`;
  return [
    header("From", encodeAddress(from)),
    header("To", encodeAddress(to)),
    header("Subject", encodeText(subject)),
    header("Date", mailDate(date)),
    header("Message-ID", rfcMessageId(id ?? v7(), from.email)),
    header("Auto-Submitted", "auto-generated"),
    wholeBody(lines, html(text, action)),
  ].join("");
}

function html(text: string, action: SystemMail["action"]): string {
  const paragraphs = text
    .split(/\n{2,}/)
    .map((paragraph) => `<p style="margin:0 0 16px">${escapeHtml(paragraph).replaceAll("\n", "<br>")}</p>`);
  const button =
    action
    && `<p style="margin:24px 0"><a href="${escapeHtml(action.url)}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#18181b;color:#fafafa;text-decoration:none">${escapeHtml(action.label)}</a></p>`;
  return `<!doctype html><html><body style="margin:0;padding:32px;font:15px/1.5 system-ui,sans-serif;color:#18181b"><div style="max-width:480px">${paragraphs.join("")}${button ?? ""}</div></body></html>`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
