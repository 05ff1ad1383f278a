import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { type ImapServer, openImap } from "./imap-source.ts";
import type { Account } from "./inbound-row.ts";
import { imapServerOf } from "./queries.ts";
import type { MailSource } from "./mail-source.ts";
import { type FolderKind, readingSettings } from "./schema.ts";
import { openSandbox } from "./sandbox-source.ts";

/** How far a mailbox has been read, and where from. */
export type Reader = Account & {
  server: ImapServer | "sandbox";
  inbox: Position;
  /** Of the folders besides the inbox, by their paths. */
  folders: Record<string, Position>;
  /** Which of them are read. */
  reads: readonly FolderKind[];
};

/** Up to where a folder has been dealt with, in the server's numbering of its mails; `validity` is null before the first time. */
export type Position = { validity: string | null; uid: number };

/** The reader's row, made when the mailbox was never read. */
export async function ensureReader(tx: TenantTx, accountId: string): Promise<void> {
  await tx.execute(sql`
    insert into mailbox_readers (email_account_id) select id from email_accounts where id = ${accountId}::uuid
    on conflict do nothing`);
}

/** @throws AppError invalid when there is nothing to read from; SealError when the password cannot be opened */
export async function loadReader(tx: TenantTx, accountId: string): Promise<Reader> {
  const [row] = await tx.execute<{
    email: string;
    provider: string;
    settings: unknown;
    uidValidity: string | null;
    lastUid: string | number;
    folders: Record<string, Position>;
  }>(sql`
    select a.email, a.provider, a.settings, r.uid_validity as "uidValidity", r.last_uid as "lastUid", r.folders
    from email_accounts a join mailbox_readers r on r.email_account_id = a.id
    where a.id = ${accountId}::uuid and a.status <> 'disabled'`);
  if (!row) throw new AppError("not_found", "This mailbox does not exist.");
  const server = row.provider === "sandbox" ? "sandbox" : await imapServerOf(tx, accountId);
  return {
    id: accountId,
    email: row.email,
    server,
    inbox: { validity: row.uidValidity, uid: Number(row.lastUid) },
    folders: row.folders,
    reads: readingSettings.parse(row.settings).reads,
  };
}

/** @throws SmtpProblem naming the phase */
export const openSource = ({ id, server }: Reader): Promise<MailSource> =>
  server === "sandbox" ? openSandbox(id) : openImap(server);

/** What a mailbox that is read for the first time is read back to: days, and mails at most. */
const backfill = { days: 14, mailsMax: 500 };

/**
 * The number after which to read on. Under a new numbering, or the first time, that is the beginning of the last two
 * weeks: what was dealt with before is recognised by its Message-ID.
 */
export async function startingPoint(source: MailSource, position: Position, now: Date): Promise<number> {
  if (position.validity === source.validity) return position.uid;
  const since = new Date(now.getTime() - backfill.days * 86_400_000);
  const [first] = await source.listSince(since, backfill.mailsMax);
  if (first !== undefined) return first - 1;
  // Nothing that recent: go on from the end, wherever that is.
  return source.newest;
}

/** `path` is null for the inbox. */
export async function movePointer(
  tx: TenantTx,
  accountId: string,
  { path, validity, uid }: { path: string | null; validity: string; uid: number },
): Promise<void> {
  if (path !== null) {
    await tx.execute(sql`
      update mailbox_readers set updated_at = app_now(),
        folders = folders || ${JSON.stringify({ [path]: { validity, uid } satisfies Position })}::jsonb
      where email_account_id = ${accountId}::uuid`);
    return;
  }
  await tx.execute(sql`
    update mailbox_readers set uid_validity = ${validity}, last_uid = ${uid}, updated_at = app_now()
    where email_account_id = ${accountId}::uuid`);
}

const minute = 60_000;
const pausesMs = [minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute];
/** A server that refuses the password may lock the account when it is asked again and again. */
const signInPauseMs = 30 * minute;

/** Notes that the inbox could not be read, and says for how long to leave it alone, in milliseconds. */
export async function noteUnread(
  tx: TenantTx,
  accountId: string,
  { problem, phase }: { problem: string; phase: string | null },
): Promise<number> {
  const [row] = await tx.execute<{ attempts: number }>(sql`
    update mailbox_readers set problem = ${problem}, attempts = attempts + 1, updated_at = app_now()
    where email_account_id = ${accountId}::uuid returning attempts`);
  if (phase === "sign-in") return signInPauseMs;
  return pausesMs[Math.min(row?.attempts ?? 1, pausesMs.length) - 1] ?? minute;
}

/**
 * Notes that everything has been read as of now, but for what `problem` names. At most once a minute: the row is also
 * the sender's.
 */
export async function noteRead(tx: TenantTx, accountId: string, problem: string | null): Promise<void> {
  await tx.execute(sql`
    update mailbox_readers set problem = ${problem}, attempts = 0, updated_at = app_now()
    where email_account_id = ${accountId}::uuid and (problem is distinct from ${problem} or attempts > 0)`);
  await tx.execute(sql`
    update email_accounts set last_sync_at = app_now()
    where id = ${accountId}::uuid and coalesce(last_sync_at, '-infinity') < app_now() - interval '55 seconds'`);
}
