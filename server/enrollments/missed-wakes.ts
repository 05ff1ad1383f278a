import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { commitThenSend, type EventScope } from "#server/drivers/events";
import { letGoOn } from "./let-go-on.ts";
import { wakeWaiters } from "./waiters.ts";

/** Whoever stands at the steps of so many waits for as long as they are seen to. */
const sliceMax = 1000;

/**
 * Sees to contacts that are noted in `missed_wakes`: those who may be written to again go on, and whom a waiting step could
 * not be told of is asked about again. First emails and then what waits, each in a transaction of its own: whoever drives
 * a step that waits goes on to the emails behind it, and would wait for them while it is waited for here. A note goes last,
 * so that one that dies in between is seen to again.
 */
export async function seeToMissed(scope: EventScope, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += sliceMax) {
    const slice = ids.slice(from, from + sliceMax);
    const { contactIds } = await commitThenSend(scope, async (tx) => {
      const contactIds = await contactsOf(tx, slice);
      return { contactIds, events: await letGoOn(tx, { scope, contactIds, from: "do_not_disturb" }) };
    });
    await commitThenSend(scope, async (tx) => {
      const events = await wakeWaiters(tx, { scope, contactIds, atOnce: true });
      // Of whoever was merged into another contact meanwhile, the other one has not been seen to yet.
      await tx.execute(sql`
        delete from missed_wakes where id = any(${sql.param(slice)}::uuid[])
          and contact_id = any(${sql.param(contactIds)}::uuid[])`);
      return { events };
    });
  }
}

async function contactsOf(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(
    sql`select distinct contact_id as id from missed_wakes where id = any(${sql.param([...ids])}::uuid[])`,
  );
  return rows.map(({ id }) => id);
}
