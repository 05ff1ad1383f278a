import { eq, sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { sandboxMessages, sandboxSettings } from "#db/schema/sandbox";
import { deliver, type Delivery, forgetOldDeliveries } from "./deliveries.ts";
import { readHead } from "./head.ts";
import type { PlannedAct } from "./plan.ts";
import type { RobotSettings } from "./schema.ts";

/** A mail as it came in, for one recipient. */
export type CaughtMail = { id: string; mailbox: string | null; from: string; to: string; raw: Buffer };

export type MailSummary = {
  id: string;
  mailbox: string | null;
  to: string;
  from: string;
  subject: string;
  rfcMessageId: string | null;
  sizeBytes: number;
  receivedAt: Date;
  seen: boolean;
};

const keptMax = 100_000;

/** Stores a group of mails and what the robot will do with them, in one transaction of two statements. */
export async function storeMails(mails: readonly CaughtMail[], acts: readonly PlannedAct[]): Promise<void> {
  const heads = mails.map(({ raw }) => readHead(raw));
  const base64 = mails.map(({ raw }) => raw.toString("base64"));
  await withoutTenant(async (tx) => {
    // One text whatever the size of the group: arrays of base64, which cost less than a placeholder for each value.
    const stored = await tx.execute(sql`
      insert into ${sandboxMessages} (id, mailbox, mail_from, rcpt_to, from_text, subject, rfc_message_id, size_bytes, raw)
      select m.id, m.mailbox, m.mail_from, m.rcpt_to, m.from_text, m.subject, m.rfc_id, length(b.raw), b.raw
      from unnest(${sql.param(mails.map(({ id }) => id))}::uuid[], ${sql.param(mails.map(({ mailbox }) => mailbox))}::text[],
        ${sql.param(mails.map(({ from }) => from))}::text[], ${sql.param(mails.map(({ to }) => to))}::text[],
        ${sql.param(heads.map(({ from }) => from))}::text[], ${sql.param(heads.map(({ subject }) => subject))}::text[],
        ${sql.param(heads.map(({ messageId }) => messageId))}::text[], ${sql.param(base64)}::text[])
        as m(id, mailbox, mail_from, rcpt_to, from_text, subject, rfc_id, body)
      cross join lateral (select decode(m.body, 'base64') as raw offset 0) b
      on conflict (id) do nothing returning id`);
    // A commit whose answer was lost is tried again: the mails are there then, and must be taken, not refused.
    if (stored.length === 0 || acts.length === 0) return;
    await tx.execute(sql`
      insert into sandbox.acts (message_id, act, due_at)
      select a.message_id, a.act, app_now() + make_interval(secs => a.seconds)
      from unnest(${sql.param(acts.map(({ messageId }) => messageId))}::uuid[], ${sql.param(acts.map(({ act }) => act))}::text[],
        ${sql.param(acts.map(({ seconds }) => seconds))}::float8[]) as a(message_id, act, seconds)`);
  });
}

/** Forgets the oldest mails beyond the newest hundred thousand, so that no disk fills up by itself. */
export async function forgetOldMails(): Promise<void> {
  await withoutTenant(async (tx) => {
    await tx.execute(sql`delete from ${sandboxMessages} where id < (
      select id from ${sandboxMessages} order by id desc offset ${keptMax} limit 1)`);
    await forgetOldDeliveries(tx);
  });
}

export async function forgetAllMails(): Promise<void> {
  await withoutTenant((tx) => tx.delete(sandboxMessages));
}

/** `q` is a part of the recipient or the subject; `after` gives only mails newer than that one, `before` older. */
export type MailFilter = {
  q?: string;
  to?: string;
  subject?: string;
  after?: string;
  before?: string;
  limit: number;
};

/** Newest first. */
export async function listMails({
  q,
  to,
  subject,
  after,
  before,
  limit,
}: MailFilter): Promise<MailSummary[]> {
  const part = (text: string) => `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return withoutTenant((tx) =>
    tx.execute<MailSummary>(sql`
      select id, mailbox, rcpt_to as to, from_text as from, subject, rfc_message_id as "rfcMessageId",
        size_bytes as "sizeBytes", received_at as "receivedAt", seen_at is not null as seen
      from ${sandboxMessages}
      where true
        ${q ? sql`and (rcpt_to ilike ${part(q)} or subject ilike ${part(q)})` : sql``}
        ${to ? sql`and lower(rcpt_to) = ${to.toLowerCase()}` : sql``}
        ${subject ? sql`and subject ilike ${part(subject)}` : sql``}
        ${after ? sql`and id > ${after}::uuid` : sql``}
        ${before ? sql`and id < ${before}::uuid` : sql``}
      order by id desc limit ${limit}`),
  );
}

export type StoredMail = MailSummary & {
  raw: Buffer;
  acts: { act: string; dueAt: Date; doneAt: Date | null; result: string | null }[];
};

/** One mail with its bytes and what the robot does with it. `see` marks it as read. Null when there is none. */
export async function findMail(id: string, { see = false } = {}): Promise<StoredMail | null> {
  return withoutTenant(async (tx) => {
    if (see)
      await tx
        .update(sandboxMessages)
        .set({ seenAt: sql`coalesce(seen_at, app_now())` })
        .where(eq(sandboxMessages.id, id));
    const [mail] = await tx.execute<Omit<StoredMail, "acts">>(sql`
      select id, mailbox, rcpt_to as to, from_text as from, subject, rfc_message_id as "rfcMessageId",
        size_bytes as "sizeBytes", received_at as "receivedAt", seen_at is not null as seen, raw
      from ${sandboxMessages} where id = ${id}::uuid`);
    if (!mail) return null;
    const acts = await tx.execute<StoredMail["acts"][number]>(sql`
      select act, due_at as "dueAt", done_at as "doneAt", result from sandbox.acts where message_id = ${id}::uuid order by due_at`);
    return { ...mail, acts: [...acts] };
  });
}

const settingsRow = {
  robotOn: sandboxSettings.robotOn,
  openRate: sandboxSettings.openRate,
  clickRate: sandboxSettings.clickRate,
  unsubscribeRate: sandboxSettings.unsubscribeRate,
  replyRate: sandboxSettings.replyRate,
  autoReplyRate: sandboxSettings.autoReplyRate,
  bounceRate: sandboxSettings.bounceRate,
  delaySecondsMin: sandboxSettings.delaySecondsMin,
  delaySecondsMax: sandboxSettings.delaySecondsMax,
};

export async function readSettings(): Promise<RobotSettings> {
  return withoutTenant(async (tx) => {
    await tx.insert(sandboxSettings).values({}).onConflictDoNothing();
    const [row] = await tx.select(settingsRow).from(sandboxSettings);
    if (!row) throw new Error("The sandbox's settings row is missing.");
    return row;
  });
}

export async function saveSettings(changes: Partial<RobotSettings>): Promise<void> {
  if (Object.keys(changes).length > 0) await withoutTenant((tx) => tx.update(sandboxSettings).set(changes));
}

/** `mailbox` is the one that sent the mail, null when it did not sign in; `now` the time of the product's clock. */
export type DueAct = {
  id: string;
  act: PlannedAct["act"];
  raw: Buffer;
  mailbox: string | null;
  to: string;
  now: Date;
};

/** What the robot should do by now, the earliest first. */
export async function dueActs(limit: number): Promise<DueAct[]> {
  return withoutTenant((tx) =>
    tx.execute<DueAct>(sql`
      select a.id, a.act, m.raw, m.mailbox, m.rcpt_to as to, app_now() as now from sandbox.acts a join ${sandboxMessages} m on m.id = a.message_id
      where a.done_at is null and a.due_at <= app_now() order by a.due_at, a.id limit ${limit}`),
  );
}

/** Milliseconds until the robot has something to do; null when nothing is planned. */
export async function nextActIn(): Promise<number | null> {
  const [row] = await withoutTenant((tx) =>
    tx.execute<{ ms: number | null }>(sql`
      select extract(epoch from min(due_at) - app_now())::float8 * 1000 as ms from sandbox.acts where done_at is null`),
  );
  return row?.ms ?? null;
}

/** What was done, and what was written back: both are kept, or neither, so that no answer comes twice. */
export async function noteActs(
  done: readonly { id: string; result: string; delivery?: Delivery }[],
): Promise<void> {
  await withoutTenant(async (tx) => {
    await deliver(
      tx,
      done.flatMap(({ delivery }) => delivery ?? []),
    );
    await tx.execute(sql`
      update sandbox.acts a set done_at = app_now(), result = d.result
      from unnest(${sql.param(done.map(({ id }) => id))}::uuid[], ${sql.param(done.map(({ result }) => result))}::text[]) as d(id, result)
      where a.id = d.id`);
  });
}
