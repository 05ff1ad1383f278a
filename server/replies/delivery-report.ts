import { type BounceClass, bounceClass } from "./bounce-class.ts";
import { fieldBlocks } from "./fields.ts";
import { type InboundMail, messageIds } from "./inbound-mail.ts";

/** What a report says of one recipient. `recipient` is lower-case, null where the report names none. */
export type ReportedDelivery = {
  recipient: string | null;
  outcome: "failed" | "delayed" | "delivered";
  class: BounceClass;
  /** The enhanced code, as 5.1.1; null where the report has none. */
  status: string | null;
  /** What the other server said, on one line. */
  diagnostic: string;
};

/** A report about mail of ours that could not be delivered, and what of the returned mail says which one it was. */
export type DeliveryReport = { deliveries: ReportedDelivery[]; returned: ReturnedMail };

/** Message-IDs that the report quotes of the mail it is about, and the text in which marks of ours may stand. */
export type ReturnedMail = { messageIds: string[]; text: string };

/** Reads a delivery report (RFC 3464, or what some programs write instead); null for any other mail. */
export function deliveryReport(mail: InboundMail): DeliveryReport | null {
  const deliveries = standard(mail) ?? freeForm(mail);
  return deliveries && { deliveries, returned: returnedMail(mail) };
}

/** The mail that a report gives back, whole, as its headers, or quoted in its text. */
export function returnedMail({ parts, text }: InboundMail): ReturnedMail {
  const texts = parts
    .filter(({ type }) =>
      /^(message\/(rfc822|global|partial)|text\/rfc822-headers|message\/global-headers)$/.test(type),
    )
    .map((part) => part.text);
  const quoted = texts.length > 0 ? texts.join("\n") : text;
  const ids = fieldBlocks(quoted).flatMap((fields) =>
    ["message-id", "x-original-message-id", "original-message-id"].flatMap((name) =>
      messageIds(fields.get(name) ?? ""),
    ),
  );
  const indented = /^[ \t>]*Message-ID:\s*(<[^<>\s]+>)/im.exec(quoted)?.[1];
  return { messageIds: [...new Set([...ids, ...(indented ? [indented] : [])])], text: quoted };
}

function standard({ parts }: InboundMail): ReportedDelivery[] | null {
  const report = parts.find(
    ({ type }) => type === "message/delivery-status" || type === "message/global-delivery-status",
  );
  if (!report) return null;
  // The first block is about the message, each further one about a recipient. Some leave the first one out.
  const blocks = fieldBlocks(report.text).filter((fields) => fields.has("action") || fields.has("status"));
  return blocks.map((fields) => {
    const status = /[245]\.\d{1,3}\.\d{1,3}/.exec(fields.get("status") ?? "")?.[0] ?? null;
    const diagnostic = oneLine((fields.get("diagnostic-code") ?? "").replace(/^[\w.-]+\s*;\s*/, ""));
    return {
      recipient: address(fields.get("original-recipient")) ?? address(fields.get("final-recipient")),
      outcome: outcomeOf(fields.get("action") ?? "failed"),
      class: bounceClass({ status, diagnostic }),
      status,
      diagnostic: diagnostic || status || "The report gives no reason.",
    };
  });
}

function outcomeOf(action: string): ReportedDelivery["outcome"] {
  if (/^failed/i.test(action)) return "failed";
  return /^delayed/i.test(action) ? "delayed" : "delivered";
}

/** `rfc822; ada@example.com`, also with brackets. */
const address = (field: string | undefined): string | null =>
  /([^\s;<>]+@[^\s;<>]+)/.exec(field ?? "")?.[1]?.toLowerCase() ?? null;

const fromDaemon = /^(mailer-daemon|postmaster|mail delivery|bounce)/i;
const failing =
  /undeliver|delivery (status notification|failure|has failed)|returned (mail|to sender)|failure notice|mail delivery failed|unzustellbar|non remis|no se puede entregar/i;
const onlyLate =
  /delay|still being retried|warning: (message|could not send)|will keep trying|no action is required/i;

/** Gmail's header, and the texts of qmail, Exim, Exchange and others that came before or beside the standard. */
function freeForm(mail: InboundMail): ReportedDelivery[] | null {
  const { from, subject, text } = mail;
  const failed = mail.header("x-failed-recipients");
  const isDaemon = fromDaemon.test(from.email) || mail.header("return-path")?.replace(/\s/g, "") === "<>";
  const qmail = /^Hi\. This is the /m.test(text) && /--- Below this line is a copy of the message/.test(text);
  if (failed === null && !qmail && !(isDaemon && failing.test(subject))) return null;
  const ours =
    text.split(/^-+ ?(Below this line|This is a copy|Original message|Forwarded message)/im)[0] ?? text;
  const named =
    failed
    ?? ours.match(/[^\s<>"':;(),[\]]+@[\w-]+(\.[\w-]+)+/g)?.find((one) => !fromDaemon.test(one))
    ?? null;
  const diagnostic = diagnosticIn(ours);
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(diagnostic)?.[0] ?? null;
  const outcome = onlyLate.test(subject) && failed === null ? "delayed" : "failed";
  const recipients = (named ?? "").split(",").map((one) => address(one));
  return recipients.map((recipient) => ({
    recipient,
    outcome,
    class: bounceClass({ status, diagnostic }),
    status,
    diagnostic,
  }));
}

/** The line of a text that gives the reason: one with a code, else one that names a usual cause. */
function diagnosticIn(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const coded = lines.findIndex((line) => /\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b/.test(line));
  const telling = lines.findIndex((line) =>
    /unknown|not found|no such|no mailbox|unrouteable|full|quota|does(n't| not) exist|refused|rejected|blocked|disabled|unable/i.test(
      line,
    ),
  );
  const at = coded >= 0 ? coded : telling;
  if (at < 0) return oneLine(lines.filter(Boolean).slice(0, 2).join(" ")) || "The report gives no reason.";
  return oneLine(lines.slice(at, at + 3).join(" "));
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim().slice(0, 500);
