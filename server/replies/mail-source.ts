import type { FolderKind } from "./schema.ts";

/** A folder besides the inbox. `path` names it on its server. */
export type MailFolder = { path: string; kind: FolderKind };

/**
 * An inbox to read from, oldest mail first. Mails have ascending numbers that are never given twice while `validity`
 * stays the same. Nothing in it is ever changed: no mail is marked as read, moved or deleted.
 */
export type MailSource = {
  validity: string;
  /** The highest number at the time of opening; 0 when there never was a mail. */
  newest: number;
  /** Up to `limit` numbers above `uid`, ascending. */
  listAfter(uid: number, limit: number): Promise<number[]>;
  /** The newest numbers of mails that came since then, at most `limit`, ascending. */
  listSince(since: Date, limit: number): Promise<number[]>;
  /**
   * These mails, ascending; one that is gone meanwhile is left out. Long ones lack their end. Who stops before the last
   * of them may read nothing else: the connection may be gone.
   */
  read(uids: readonly number[]): AsyncIterable<{ uid: number; raw: Uint8Array }>;
  /** Folders of these kinds that the server has. */
  folders(kinds: readonly FolderKind[]): Promise<MailFolder[]>;
  /** Goes over to another folder, in the same connection: this one cannot be read any more. */
  open(folder: MailFolder): Promise<MailSource>;
  close(): Promise<void>;
};

/** So much of a mail is read: answers and reports say what they are at their beginning. */
export const readBytesMax = 512 * 1024;
