import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { withTenant } from "#db/tenancy";
import { commitThenSend, type EventScope } from "#server/drivers/events";
import { holds, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { SmtpProblem } from "#server/mail/smtp-result";
import { SealError } from "#server/seal";
import type { Arrived } from "./inbound-row.ts";
import type { MailFolder, MailSource } from "./mail-source.ts";
import { wakeRested } from "#server/messages/rested";
import { judgeSenders } from "./mailbox-standing.ts";
import type { Answered } from "./match.ts";
import { type Outcome, prepareMail, recordMail } from "./record.ts";
import {
  loadReader,
  movePointer,
  noteRead,
  noteUnread,
  openSource,
  type Reader,
  startingPoint,
} from "./reader.ts";
import type { FolderKind } from "./schema.ts";

export type ReaderLane = { accountId: string; fence: number };
/** Where a slice left the mailbox: `more` = come back at once, else `until`, null = when there is reason to. */
export type ReadSlice = {
  held: boolean;
  read: number;
  recorded: number;
  more: boolean;
  until: string | null;
};

const batch = 50;
/** A mailbox is looked into so often (ms); one of the sandbox when something has come for it. */
const pollMs = 60_000;
/** A report can be quicker than the sender that hands its message over: it is read again so long after. */
const earlyMs = 10_000;

const readerOf = ({ accountId }: ReaderLane) => ({ table: "mailbox_readers", id: accountId }) as const;

/**
 * Reads what has come to a mailbox since the last time, for about `budgetMs`. Each mail is followed and the pointer
 * moved past it in one transaction under the reader's fence: a crash anywhere repeats at most the looking.
 */
export async function readMailbox(scope: EventScope, lane: ReaderLane, budgetMs: number): Promise<ReadSlice> {
  const opened = await open(scope, lane);
  if (opened === "lost") return { held: false, read: 0, recorded: 0, more: false, until: null };
  if ("until" in opened) return { held: true, read: 0, recorded: 0, more: false, until: opened.until };
  const { reader, source } = opened;
  const work: Work = { scope, lane, reader, done: { read: 0, recorded: 0 }, returned: [], unread: [] };
  try {
    const end = await readAll(work, source, performance.now() + budgetMs);
    await judgeSenders(scope, work.returned);
    if (end === "lost") return { held: false, ...work.done, more: false, until: null };
    if (end === "time") return { held: true, ...work.done, more: true, until: null };
    return { held: true, ...work.done, more: false, until: await rest(work, end) };
  } catch (error) {
    if (!(error instanceof SmtpProblem)) throw error;
    return { held: true, ...work.done, more: false, until: await backOff(scope, lane, error) };
  } finally {
    await source.close();
  }
}

/** One slice's work: whose it is, and how much is done. */
type Work = {
  scope: EventScope;
  lane: ReaderLane;
  reader: Reader;
  done: { read: number; recorded: number };
  /** Messages that came back or were complained about. */
  returned: Answered[];
  /** Why folders besides the inbox could not be read. */
  unread: string[];
};

type Opened = { reader: Reader; source: MailSource } | { until: string | null } | "lost";

async function open(scope: EventScope, lane: ReaderLane): Promise<Opened> {
  try {
    const { reader } = await commitThenSend(scope, async (tx) => {
      if (!(await holds(tx, readerOf(lane), lane.fence))) return { reader: null, events: [] };
      const { events } = await wakeRested(tx, scope, [lane.accountId]);
      return { reader: await loadReader(tx, lane.accountId), events };
    });
    return reader === null ? "lost" : { reader, source: await openSource(reader) };
  } catch (error) {
    const known = error instanceof AppError || error instanceof SealError || error instanceof SmtpProblem;
    if (!known) throw error;
    return { until: await backOff(scope, lane, error) };
  }
}

/** Why it stopped: another run reads, the time is up, everything is read, or it is too early for the next mail. */
type End = "lost" | "time" | "all" | "early";

/** The inbox, and then the other folders. Whatever keeps one of these from being read holds up nothing else. */
async function readAll(work: Work, inbox: MailSource, until: number): Promise<End> {
  const { reader } = work;
  const end = await readOn(work, { source: inbox, path: null, kind: "inbox" }, until);
  if (end !== "all" || reader.reads.length === 0) return end;
  let folders: MailFolder[] = [];
  try {
    folders = await inbox.folders(reader.reads);
  } catch (error) {
    passOver(work, "The list of folders", error);
  }
  for (const folder of folders) {
    try {
      const source = await inbox.open(folder);
      const folderEnd = await readOn(work, { source, ...folder }, until);
      if (folderEnd !== "all") return folderEnd;
    } catch (error) {
      passOver(work, folder.path, error);
    }
  }
  return "all";
}

function passOver({ unread }: Work, what: string, error: unknown): void {
  if (!(error instanceof SmtpProblem)) throw error;
  unread.push(`${what}: ${error.message.replace(/^inbox: /, "")}`);
}

/** `path` is null for the inbox. */
type Folder = { source: MailSource; path: string | null; kind: FolderKind | "inbox" };

async function readOn(work: Work, folder: Folder, until: number): Promise<End> {
  const { source, path } = folder;
  const now = await withTenant(work.scope, appNow);
  const { inbox, folders } = work.reader;
  const position = path === null ? inbox : (folders[path] ?? { validity: null, uid: 0 });
  let pointer = await startingPoint(source, position, now);
  for (;;) {
    const uids = await source.listAfter(pointer, batch);
    const last = uids.at(-1);
    if (last === undefined) return (await point(work, folder, pointer)) ? "all" : "lost";
    for await (const { uid, raw } of source.read(uids)) {
      const outcome = await take(work, folder, { uid, raw });
      if (outcome === "lost" || outcome === "early") return outcome;
      if (performance.now() > until) return "time";
    }
    // Beyond those that were gone when it came to reading them.
    pointer = last;
    if (!(await point(work, folder, pointer))) return "lost";
  }
}

const point = ({ scope, lane }: Work, { path, source }: Folder, uid: number): Promise<boolean> =>
  withTenant(scope, async (tx) => {
    if (!(await holds(tx, readerOf(lane), lane.fence))) return false;
    await movePointer(tx, lane.accountId, { path, validity: source.validity, uid });
    return true;
  });

async function take(
  work: Work,
  { source, path, kind }: Folder,
  { uid, raw }: { uid: number; raw: Uint8Array },
): Promise<Outcome | "lost"> {
  const { scope, lane, reader, done, returned } = work;
  const arrived = await prepared(reader, { uid, raw, kind });
  const record = async (tx: TenantTx) => {
    if (!(await holds(tx, readerOf(lane), lane.fence)))
      return { outcome: "lost" as const, events: [], answered: undefined };
    const result: Awaited<ReturnType<typeof recordMail>> = arrived
      ? await recordMail(tx, { scope, account: reader, arrived })
      : { outcome: "other", events: [] };
    if (result.outcome !== "early")
      await movePointer(tx, lane.accountId, { path, validity: source.validity, uid });
    return result;
  };
  const { outcome, answered } = await commitThenSend(scope, record);
  if (outcome === "lost" || outcome === "early") return outcome;
  done.read += 1;
  if (outcome !== "other" && outcome !== "seen") done.recorded += 1;
  if (answered && (outcome === "bounce" || outcome === "complaint")) returned.push(answered);
  return outcome;
}

/** A mail that no program can read is nobody's answer, and must not hold up those behind it. */
async function prepared(
  reader: Reader,
  { uid, raw, kind }: { uid: number; raw: Uint8Array; kind: Folder["kind"] },
): Promise<Arrived | null> {
  try {
    return await prepareMail(reader, raw, kind);
  } catch (error) {
    log.warn({ err: error, mailbox: reader.id, uid }, "a mail could not be read, and is passed over");
    return null;
  }
}

/** Everything is read: sleeps until the next look. The sandbox's reader needs none, and ends. */
async function rest({ scope, lane, reader, unread }: Work, end: "all" | "early"): Promise<string | null> {
  return withTenant(scope, async (tx) => {
    if (!(await holds(tx, readerOf(lane), lane.fence))) return null;
    if (end === "all") await noteRead(tx, lane.accountId, unread.join("; ") || null);
    const waitMs = end === "early" ? earlyMs : reader.server === "sandbox" ? null : pollMs;
    const until = waitMs === null ? null : new Date((await appNow(tx)).getTime() + waitMs);
    await yieldUntil(tx, readerOf(lane), lane.fence, { until });
    return until?.toISOString() ?? null;
  });
}

async function backOff(scope: EventScope, lane: ReaderLane, error: Error): Promise<string | null> {
  return withTenant(scope, async (tx) => {
    if (!(await holds(tx, readerOf(lane), lane.fence))) return null;
    const phase = error instanceof SmtpProblem ? error.phase : null;
    const waitMs = await noteUnread(tx, lane.accountId, { problem: error.message, phase });
    // Switched off, or without a server: there is nothing to try again until somebody changes that.
    const until = error instanceof AppError ? null : new Date((await appNow(tx)).getTime() + waitMs);
    await yieldUntil(tx, readerOf(lane), lane.fence, { until, notBefore: until });
    return until?.toISOString() ?? null;
  });
}
