import { messageIdIn } from "#server/mail/message-id";
import { readToken } from "#server/tracking/tokens";
import { autoReplyReason, isListMail } from "./auto-reply.ts";
import { complaintIn } from "./complaint.ts";
import { deliveryReport, type ReportedDelivery } from "./delivery-report.ts";
import type { InboundMail } from "./inbound-mail.ts";

/**
 * What points from a mail to messages of the ledger, the surest first: Message-IDs that it answers or returns (the
 * nearest first), then ledger ids from signed marks of ours in it, then the addresses it may be about.
 */
export type Pointers = { rfcIds: string[]; ledgerIds: string[]; addresses: string[]; subject: string };

/** What a mail is, before anybody has looked whether it is about us at all. */
export type Verdict =
  | { kind: "reply"; pointers: Pointers }
  | { kind: "auto_reply"; why: string; pointers: Pointers }
  | { kind: "bounce"; delivery: ReportedDelivery; pointers: Pointers }
  | { kind: "complaint"; type: string; pointers: Pointers }
  /** Nothing that could be about a message of ours. */
  | { kind: "other" };

/** Judges a mail by what it says of itself. */
export function judge(mail: InboundMail): Verdict {
  const complaint = complaintIn(mail);
  if (complaint) {
    const { messageIds, text } = complaint.returned;
    // Anybody can write down an address: without a mark of ours a complaint is hearsay.
    return {
      kind: "complaint",
      type: complaint.type,
      pointers: pointers(mail, { rfcIds: messageIds, text, addresses: [] }),
    };
  }
  const report = deliveryReport(mail);
  if (report) return ofReport(mail, report);
  const why = autoReplyReason(mail);
  const answered = [...mail.inReplyTo, ...mail.references.toReversed()];
  const found = pointers(mail, {
    rfcIds: answered,
    text: mail.text + (mail.html ?? ""),
    addresses: isListMail(mail) || !mail.from.email ? [] : [mail.from.email],
  });
  return why === null ? { kind: "reply", pointers: found } : { kind: "auto_reply", why, pointers: found };
}

function ofReport(
  mail: InboundMail,
  { deliveries, returned }: NonNullable<ReturnType<typeof deliveryReport>>,
): Verdict {
  // Our messages have one recipient each; of several that a report names, the one that failed for good counts.
  const rank = { hard: 0, block: 1, soft: 2 };
  const [worst] = deliveries
    .filter(({ outcome }) => outcome === "failed")
    .sort((a, b) => rank[a.class] - rank[b.class]);
  if (!worst) return { kind: "other" };
  const rfcIds = [...returned.messageIds, ...mail.inReplyTo, ...mail.references.toReversed()];
  const addresses = worst.recipient === null ? [] : [worst.recipient];
  return {
    kind: "bounce",
    delivery: worst,
    pointers: pointers(mail, { rfcIds, text: returned.text, addresses }),
  };
}

function pointers(
  mail: InboundMail,
  { rfcIds, text, addresses }: { rfcIds: string[]; text: string; addresses: string[] },
): Pointers {
  const ledgerIds = [...rfcIds.map(messageIdIn), ...mail.to.map(plusToken), ...linkTokens(text)];
  return {
    rfcIds: [...new Set(rfcIds)].slice(0, 50),
    ledgerIds: [...new Set(ledgerIds.filter((id) => id !== null))].slice(0, 50),
    addresses,
    subject: plainSubject(mail.subject),
  };
}

/** `hello+<id>.<mac>@…`: the ledger id in the address that a mail was sent to. */
function plusToken(address: string): string | null {
  const token = /\+([0-9a-f]{32}\.[0-9a-f]{16})@/.exec(address)?.[1];
  return token === undefined ? null : messageIdIn(`${token}@`);
}

/** Links of ours are signed, and are quoted in answers and returned mail alike. */
function linkTokens(text: string): (string | null)[] {
  // Quoted-printable breaks long lines in the middle of a token.
  const found = text.replace(/=\r?\n/g, "").matchAll(/\/(t\/o|t\/c|u)\/([\w-]{86})(?![\w-])/g);
  const kinds = { "t/o": "open", "t/c": "click", u: "unsubscribe" } as const;
  return [...found].slice(0, 20).map((match) => {
    const kind = kinds[match[1] as keyof typeof kinds];
    const token = readToken(match[2] ?? "", kind);
    return token && !token.test ? token.messageId : null;
  });
}

/** A subject without the prefixes of answers, for comparing. */
export const plainSubject = (subject: string): string =>
  subject
    .replace(/^(\s*(re|aw|sv|antw|fwd?|wg|tr|rv|odp|vs)\s*(\[\d+\])?\s*:)+/i, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
