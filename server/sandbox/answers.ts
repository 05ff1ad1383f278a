import PostalMime from "postal-mime";
import { v7 } from "uuid";
import { asciiAddress, encodeAddress, encodeText, header } from "#server/mail/headers";
import { mailDate, wholeBody } from "#server/mail/mime";
import { readHead } from "./head.ts";

/** What the robot writes back, as the person's or their server's mail. */
export type Answering = "reply" | "auto_reply" | "bounce";

/** The mail that was caught: for whom, and its bytes. `now` is the time on the answer. */
export type Caught = { to: string; raw: Buffer; now: Date };

const replies = [
  "Thanks, that sounds interesting. Could you send me a few times next week?",
  "Not for us at the moment, but please ask me again in the autumn.",
  "Who else uses this? We would want to talk to one of them first.",
  "Yes! Let's talk on Thursday.",
  "I am not the right person for this. Please write to my colleague in purchasing.",
];

const failures = [
  { share: 0.6, status: "5.1.1", text: "550 5.1.1 User unknown" },
  { share: 0.9, status: "5.2.2", text: "552 5.2.2 The mailbox is full" },
  { share: 1, status: "5.7.1", text: "550 5.7.1 Message refused by policy" },
];

/** Writes the answer as a mail for the wire, and says in words what it is. `chance` gives numbers from 0 up to 1. */
export async function answerTo(
  kind: Answering,
  caught: Caught,
  chance: () => number = Math.random,
): Promise<{ raw: Buffer; result: string }> {
  if (kind === "bounce") return bounce(caught, chance);
  const mail = await PostalMime.parse(caught.raw);
  const subject = (mail.subject ?? "").replace(/^(re:\s*)+/i, "");
  const quoted = (mail.text ?? "")
    .trim()
    .split("\n")
    .slice(0, 40)
    .map((line) => `> ${line}`);
  const from = mail.from && "address" in mail.from ? (mail.from.address ?? "") : "";
  const back = (mail.replyTo?.[0] && "address" in mail.replyTo[0] && mail.replyTo[0].address) || from;
  const own =
    kind === "reply"
      ? (replies[Math.floor(chance() * replies.length)] ?? "")
      : "I am out of the office and will be back on Monday. In urgent cases please call our switchboard.";
  const head = [
    header("From", encodeAddress({ email: caught.to })),
    header("To", encodeAddress({ email: back })),
    header("Subject", encodeText(kind === "reply" ? `Re: ${subject}` : `Automatic reply: ${subject}`)),
    header("Date", mailDate(caught.now)),
    header("Message-ID", messageId(caught.to)),
    mail.messageId ? header("In-Reply-To", mail.messageId) : "",
    mail.messageId
      ? header("References", `${mail.references ? `${mail.references} ` : ""}${mail.messageId}`)
      : "",
    kind === "auto_reply" ? header("Auto-Submitted", "auto-replied") : "",
  ].join("");
  const text =
    kind === "reply" ? `${own}\n\nOn ${mailDate(caught.now)}, ${from} wrote:\n${quoted.join("\n")}` : own;
  return {
    raw: Buffer.from(head + wholeBody(text)),
    result: kind === "reply" ? `replied: “${own}”` : "answered automatically that nobody is there",
  };
}

const messageId = (address: string) => `<${v7()}@${asciiAddress(address).split("@").at(-1)}>`;

/** A delivery report as Postfix writes it (RFC 3464), with the headers of what could not be delivered. */
function bounce({ to, raw, now }: Caught, chance: () => number): { raw: Buffer; result: string } {
  const dice = chance();
  const { status, text } = failures.find(({ share }) => dice < share)
    ?? failures[0] ?? { status: "5.0.0", text: "" };
  const domain = asciiAddress(to).split("@").at(-1) ?? "";
  const end = raw.indexOf("\r\n\r\n");
  const returned = raw.toString("utf8", 0, end < 0 ? raw.length : end);
  const boundary = `=_${v7()}`;
  const part = (type: string, body: string) =>
    `--${boundary}\r\nContent-Type: ${type}\r\n\r\n${body}\r\n\r\n`;
  const from = /<([^<>]+)>/.exec(readHead(raw).from)?.[1] ?? "postmaster";
  const mail =
    header("Return-Path", "<>")
    + header("From", `Mail Delivery System <MAILER-DAEMON@mx.${domain}>`)
    + header("To", from)
    + header("Subject", "Undelivered Mail Returned to Sender")
    + header("Date", mailDate(now))
    + header("Message-ID", messageId(`x@mx.${domain}`))
    + header("Auto-Submitted", "auto-replied")
    + header("MIME-Version", "1.0")
    + header("Content-Type", `multipart/report; report-type=delivery-status; boundary="${boundary}"`)
    + "\r\n"
    + part(
      "text/plain; charset=utf-8",
      `This is the mail system at host mx.${domain}.\r\n\r\n<${to}>: ${text}`,
    )
    + part(
      "message/delivery-status",
      `Reporting-MTA: dns; mx.${domain}\r\n\r\nFinal-Recipient: rfc822; ${to}\r\nAction: failed\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; ${text}`,
    )
    + part("text/rfc822-headers", returned)
    + `--${boundary}--\r\n`;
  return { raw: Buffer.from(mail), result: `sent it back: ${text}` };
}
