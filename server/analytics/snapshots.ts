import { createHash } from "node:crypto";

/*
 * Numbers that many open pages ask for at once. They are counted once for all of them, and a count that took long is
 * kept for longer: however many pages are open and however big the campaign, counting takes a tenth of one
 * connection's time at most.
 */

type Snapshot = { version: string; value: unknown; keptUntil: number };
type Entry = { latest: Snapshot | null; running: Promise<Snapshot> | null };

/** A count is good for this many times what it took. */
const restFactor = 9;
/** Unless it took so long that its age would show. */
const keptMsMax = 45_000;
const entriesMax = 500;

const entries = new Map<string, Entry>();

/** `value` is null for a caller who has seen this version. */
export type Followed<T> = { version: string; value: T | null };

/**
 * What `count` gives, or gave a moment ago to somebody else. `key` must name everything that the answer depends on, the
 * workspace first: whoever may ask has been proven before.
 */
export async function follow<T extends object>(
  key: string,
  seen: string | undefined,
  count: () => Promise<T>,
): Promise<Followed<T>> {
  const entry = entries.get(key) ?? { latest: null, running: null };
  remember(key, entry);
  const { version, value } =
    entry.latest && performance.now() < entry.latest.keptUntil
      ? entry.latest
      : await (entry.running ??= take(entry, count));
  return { version, value: version === seen ? null : (value as T) };
}

async function take(entry: Entry, count: () => Promise<object>): Promise<Snapshot> {
  const startedAt = performance.now();
  try {
    const value = await count();
    const took = performance.now() - startedAt;
    const keptUntil = performance.now() + Math.min(took * restFactor, keptMsMax);
    entry.latest = { value, version: versionOf(value), keptUntil };
    return entry.latest;
  } finally {
    entry.running = null;
  }
}

/** The time of the count is no part of what it says. */
const versionOf = (value: object) =>
  createHash("sha256")
    .update(JSON.stringify(value, (name, part: unknown) => (name === "countedAt" ? undefined : part)))
    .digest("base64url")
    .slice(0, 22);

/** The one that was asked for longest ago goes first. */
function remember(key: string, entry: Entry): void {
  entries.delete(key);
  entries.set(key, entry);
  const [oldest] = entries.keys();
  if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
}
