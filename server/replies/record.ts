import type { TenantTx } from "#db/tenancy";
import { drainedEvent, type DriverEvent, type EventScope } from "#server/drivers/events";
import { wakeWaiters } from "#server/enrollments/waiters";
import { drainedAmong } from "#server/enrollments/drained";
import { lockLimits } from "#server/messages/limits";
import { confirmMessages } from "#server/messages/unknown";
import { messageIdIn } from "#server/mail/message-id";
import { type Account, type Arrived, insertInbound, keyOf, wasRead } from "./inbound-row.ts";
import { type InboundMail, readMail } from "./inbound-mail.ts";
import { type Answered, findAnswered } from "./match.ts";
import { recordBounce, recordComplaint } from "./record-bounce.ts";
import { recordAutoReply, snoozeAway } from "./record-away.ts";
import { recordReply } from "./record-reply.ts";
import type { FolderKind } from "./schema.ts";
import { judge } from "./verdict.ts";

/**
 * What became of a mail: it was about a message of ours (`reply` …), it is nothing of ours (`other`), it was dealt with
 * before (`seen`), or the message that it is about is still being handed over, so that it is too early (`early`).
 */
export type Outcome = "reply" | "auto_reply" | "bounce" | "complaint" | "other" | "seen" | "early";

/**
 * A mail that may be about a message of ours; null for one that cannot be. What a provider took for junk must name the
 * message: an address alone is anybody's to write. @throws Error when it cannot be read
 */
export async function prepareMail(
  account: Account,
  raw: Uint8Array,
  from: FolderKind | "inbox" = "inbox",
): Promise<Arrived | null> {
  const mail = await readMail(raw);
  // A copy of what we sent ourselves, by a rule of the provider or a blind copy.
  if (mail.messageId !== null && messageIdIn(mail.messageId) !== null) return null;
  const verdict = judge(mail);
  if (verdict.kind === "other") return null;
  if (from === "junk") verdict.pointers.addresses = [];
  const { rfcIds, ledgerIds, addresses } = verdict.pointers;
  if (rfcIds.length + ledgerIds.length + addresses.length === 0) return null;
  return { mail, verdict, key: keyOf(account, mail, raw) };
}

/**
 * Writes a mail down with all that follows from it, in one transaction: whoever finds it in the ledger finds that it
 * was followed, so that reading it again changes nothing. Send the events after the commit.
 */
export async function recordMail(
  tx: TenantTx,
  { scope, account, arrived }: { scope: EventScope; account: Account; arrived: Arrived },
): Promise<{ outcome: Outcome; events: DriverEvent[]; answered?: Answered }> {
  const { verdict, key, mail } = arrived;
  if (await wasRead(tx, key)) return { outcome: "seen", events: [] };
  const answered = await findAnswered(tx, { accountId: account.id, pointers: verdict.pointers });
  if (answered === null || mail.from.email === account.email.toLowerCase())
    return { outcome: "other", events: [] };
  // Its sender is about to say that it has left; what the report changes would be overwritten.
  if (answered.deliveryStatus === "sending") return { outcome: "early", events: [] };
  const events: DriverEvent[] = [];
  // What came back has left, whatever the connection said.
  if (answered.deliveryStatus === "unknown")
    events.push(...(await confirmMessages(tx, { scope, messageIds: [answered.id] })).events);
  if (verdict.kind === "reply" && answered.contactId !== null)
    events.push(...(await wakeWaiters(tx, { scope, contactIds: [answered.contactId] })));
  if (verdict.kind === "auto_reply") events.push(...(await snoozeAway(tx, { scope, answered, mail })));
  await lockLimits(tx, {
    campaignIds: [answered.campaignId].filter((id) => id !== null),
    accountIds: [answered.emailAccountId].filter((id) => id !== null),
  });
  const touched = await follow(tx, answered, arrived, mail);
  await insertInbound(tx, { account, answered, arrived });
  const drained = touched.length > 0 ? await drainedAmong(tx, touched) : [];
  events.push(...drained.map((campaignId) => drainedEvent(scope, campaignId)));
  return { outcome: verdict.kind, events, answered };
}

async function follow(
  tx: TenantTx,
  answered: Answered,
  { verdict }: Arrived,
  mail: InboundMail,
): Promise<string[]> {
  switch (verdict.kind) {
    case "reply":
      return recordReply(tx, answered, mail);
    case "auto_reply":
      return recordAutoReply(tx, answered);
    case "bounce":
      return recordBounce(tx, answered, verdict.delivery);
    case "complaint":
      return recordComplaint(tx, answered, verdict.type);
  }
}
