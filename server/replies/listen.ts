import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { commitThenSend, type EventScope, readDueEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { SmtpProblem } from "#server/mail/smtp-result";
import { SealError } from "#server/seal";
import { watchInbox } from "./imap-source.ts";
import { imapServerOf } from "./queries.ts";

/*
 * Servers that tell of new mail by themselves are listened to by a worker, so that an answer stops what is to be sent
 * within seconds and not at the next look. A durable function holds no connection for hours: the listener reads nothing,
 * it only calls the reader. Losing it loses nothing, since every mailbox is looked into once a minute all the same.
 */

/** A worker holds so many connections. */
const seatsMax = 200;
/** How often it looks for mailboxes that nobody listens to, and says that it still listens to its own (ms). */
const roundMs = 30_000;
/** So many of them are connected to in a round, all at once: a server may keep one waiting. */
const roundMax = 25;
/** A worker that ends waits so long for what it was doing (ms). */
const patienceMs = 2_000;
/** Whoever has been silent for so long has died. */
const leaseSeconds = 120;
/** A mailbox that cannot be listened to is tried again after this, one whose server does not offer it after a day. */
const againSeconds = { failed: 600, not_offered: 86_400 };

type Mailbox = EventScope & { id: string };
type Seat = Mailbox & { close: () => void; ended: boolean };
export type Listening = { stop(): Promise<void> };

/** Listens until it is stopped. `name` tells workers apart. */
export function startListening(name: string = randomUUID()): Listening {
  const seats = new Map<string, Seat>();
  const stopping = new AbortController();
  const leave = ({ id }: Mailbox) => {
    const seat = seats.get(id);
    seats.delete(id);
    seat?.close();
  };
  const sitDown = async (mailbox: Mailbox) => {
    if (stopping.signal.aborted || !(await take(name, mailbox))) return;
    const seat: Seat = { ...mailbox, close: () => undefined, ended: false };
    const close = await listen(name, mailbox, () => {
      seat.ended = true;
      if (seats.get(mailbox.id) === seat) leave(mailbox);
    });
    if (close && stopping.signal.aborted) close();
    else if (close && !seat.ended) seats.set(mailbox.id, Object.assign(seat, { close }));
  };
  const round = async () => {
    for (const mailbox of await lostAmong(name, [...seats.values()])) leave(mailbox);
    await Promise.all((await unheard(Math.min(roundMax, seatsMax - seats.size))).map(sitDown));
  };
  const working = (async () => {
    while (!stopping.signal.aborted) {
      await round().catch((error: unknown) =>
        log.warn({ err: error }, "mailboxes could not be listened to, and are looked into once a minute"),
      );
      await sleep(roundMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      // A server that keeps somebody waiting does not keep the worker: what is left of its leases runs out.
      await Promise.race([working, sleep(patienceMs)]);
      const held = [...seats.values()];
      held.forEach(leave);
      await Promise.all(held.map((mailbox) => giveUp(name, mailbox, 0))).catch((error: unknown) =>
        log.warn(
          { err: error },
          "mailboxes are listened to by others once this worker's leases have run out",
        ),
      );
    },
  };
}

const scopeOf = ({ tenantId, workspaceId }: Mailbox): EventScope => ({ tenantId, workspaceId });

/** Mailboxes with an IMAP server that nobody listens to. */
async function unheard(atMost: number): Promise<Mailbox[]> {
  const rows = await withoutTenant((tx) =>
    tx.execute<{ tenant_id: string; workspace_id: string; id: string }>(
      sql`select * from unheard_mailboxes(${atMost})`,
    ),
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, workspaceId: row.workspace_id, id: row.id }));
}

/** False when another worker was quicker. */
async function take(name: string, mailbox: Mailbox): Promise<boolean> {
  const rows = await withTenant(scopeOf(mailbox), (tx) =>
    tx.execute(sql`
      update mailbox_readers set listener = ${name}, listened_until = app_now() + make_interval(secs => ${leaseSeconds})
      where email_account_id = ${mailbox.id}::uuid and coalesce(listened_until <= app_now(), true) returning id`),
  );
  return rows.length > 0;
}

/** Says that these are still listened to. Returns those that are not to be any more: switched off, changed, or another's. */
async function lostAmong(name: string, seats: readonly Seat[]): Promise<Seat[]> {
  const lost: Seat[] = [];
  for (const some of Map.groupBy(seats, ({ workspaceId }) => workspaceId).values()) {
    const [first] = some;
    if (!first) continue;
    const ids = some.map(({ id }) => id);
    const rows = await withTenant(scopeOf(first), (tx) =>
      tx.execute<{ id: string }>(sql`
        update mailbox_readers r set listened_until = app_now() + make_interval(secs => ${leaseSeconds})
        where r.email_account_id = any(${sql.param(ids)}::uuid[]) and r.listener = ${name} and exists (
          select from email_accounts a where a.id = r.email_account_id and a.status <> 'disabled' and a.imap_host is not null)
        returning r.email_account_id as id`),
    );
    const kept = new Set(rows.map(({ id }) => id));
    lost.push(...some.filter(({ id }) => !kept.has(id)));
  }
  return lost;
}

async function giveUp(name: string, mailbox: Mailbox, seconds: number): Promise<void> {
  await withTenant(scopeOf(mailbox), (tx) =>
    tx.execute(sql`
      update mailbox_readers set listener = null, listened_until = app_now() + make_interval(secs => ${seconds})
      where email_account_id = ${mailbox.id}::uuid and listener = ${name}`),
  );
}

/** How to stop listening to a mailbox; null when it cannot be listened to. What is wrong with it its reader says. */
async function listen(name: string, mailbox: Mailbox, onEnd: () => void): Promise<(() => void) | null> {
  const onMail = () => {
    callReader(mailbox).catch((error: unknown) =>
      log.warn({ err: error, mailbox: mailbox.id }, "a mailbox's reader could not be called for new mail"),
    );
  };
  try {
    const server = await withTenant(scopeOf(mailbox), (tx) => imapServerOf(tx, mailbox.id));
    const watch = await watchInbox(server, { onMail, onEnd });
    if (watch) return () => watch.close();
    await giveUp(name, mailbox, againSeconds.not_offered);
  } catch (error) {
    const known = error instanceof AppError || error instanceof SealError || error instanceof SmtpProblem;
    if (!known) throw error;
    await giveUp(name, mailbox, againSeconds.failed);
  }
  return null;
}

/** One that reads at this moment may have looked already: it is called again until it rests. */
async function callReader(mailbox: Mailbox): Promise<void> {
  const scope = scopeOf(mailbox);
  for (let tries = 0; tries < 5; tries += 1) {
    const { called } = await commitThenSend(scope, async (tx) => {
      const fence = await wakeNow(tx, { table: "mailbox_readers", id: mailbox.id });
      return {
        called: fence !== null,
        events: fence === null ? [] : [readDueEvent(scope, mailbox.id, fence)],
      };
    });
    if (called) return;
    await sleep(2_000);
  }
}
