import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import type { Transaction } from "#db/transaction";

/** A mail for a mailbox of the sandbox. */
export type Delivery = { mailbox: string; raw: Buffer };

/** Numbers `above` a number, ascending; or the newest that came `since`. */
export async function listDeliveries(
  mailbox: string,
  { above = 0, since, limit }: { above?: number; since?: Date; limit: number },
): Promise<number[]> {
  const rows = await withoutTenant((tx) =>
    tx.execute<{ uid: number }>(
      since
        ? sql`select uid from (select uid from sandbox.deliveries where mailbox = ${mailbox} and delivered_at >= ${since.toISOString()}::timestamptz
            order by uid desc limit ${limit}) newest order by uid`
        : sql`select uid from sandbox.deliveries where mailbox = ${mailbox} and uid > ${above} order by uid limit ${limit}`,
    ),
  );
  return rows.map(({ uid }) => uid);
}

/** The highest number of a mailbox, 0 while it has none. */
export async function newestDelivery(mailbox: string): Promise<number> {
  const [row] = await withoutTenant((tx) =>
    tx.execute<{ uid: number | null }>(
      sql`select max(uid) as uid from sandbox.deliveries where mailbox = ${mailbox}`,
    ),
  );
  return row?.uid ?? 0;
}

export function readDeliveries(
  mailbox: string,
  uids: readonly number[],
): Promise<{ uid: number; raw: Buffer }[]> {
  return withoutTenant((tx) =>
    tx.execute<{ uid: number; raw: Buffer }>(sql`
      select uid, raw from sandbox.deliveries where mailbox = ${mailbox} and uid = any(${sql.param([...uids])}::int[]) order by uid`),
  );
}

/**
 * Puts mails into mailboxes. Whoever delivers takes turns, so that no number appears after a higher one was seen.
 */
export async function deliver(tx: Transaction, deliveries: readonly Delivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('sandbox.deliveries'))`);
  await tx.execute(sql`
    insert into sandbox.deliveries (mailbox, uid, raw)
    select d.mailbox, coalesce((select max(x.uid) from sandbox.deliveries x where x.mailbox = d.mailbox), 0)
        + row_number() over (partition by d.mailbox order by d.nth), decode(d.raw, 'base64')
    from unnest(${sql.param(deliveries.map(({ mailbox }) => mailbox))}::text[],
      ${sql.param(deliveries.map(({ raw }) => raw.toString("base64")))}::text[]) with ordinality as d(mailbox, raw, nth)`);
}

/** The last one of each mailbox stays: the next number follows from it. */
export async function forgetOldDeliveries(tx: Transaction): Promise<void> {
  await tx.execute(sql`
    delete from sandbox.deliveries d
    where d.delivered_at < app_now() - interval '30 days'
      and d.uid < (select max(x.uid) from sandbox.deliveries x where x.mailbox = d.mailbox)`);
}
