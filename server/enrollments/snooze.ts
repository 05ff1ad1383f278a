import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { type Author, noteOnTimelines } from "#server/contacts/history";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { lockDrivers, releaseSlotsOf } from "#server/messages/slots";
import { emailPlaces, letGoOn } from "./let-go-on.ts";

type Snoozing = {
  scope: EventScope;
  contactIds: readonly string[];
  until: Date;
  author: Author;
  /** Why, as the timeline says it: `away`. */
  because?: "away";
};

const dayMs = 86_400_000;

/** No campaign writes to these contacts for so many days. */
export async function snoozeFor(
  tx: TenantTx,
  { days, ...who }: Omit<Snoozing, "until"> & { days: number },
): Promise<DriverEvent[]> {
  return snoozeContacts(tx, { ...who, until: new Date((await appNow(tx)).getTime() + days * dayMs) });
}

/**
 * No campaign writes to these contacts before `until`; an earlier end than the one they have is passed over. Waits,
 * conditions and actions go on. What is queued for them gives its slot back and gets another one then; what is being
 * handed over at this moment cannot be called back. Send the events after the commit.
 */
export async function snoozeContacts(
  tx: TenantTx,
  { scope, contactIds, until, author, because }: Snoozing,
): Promise<DriverEvent[]> {
  const at = until.toISOString();
  const standing = await emailPlaces(tx, contactIds);
  // Whoever writes messages for these steps ends first, so that none is written behind the look at them.
  await lockDrivers(tx, [...new Set(standing.map(({ stepId }) => stepId))]);
  const { events } = await releaseSlotsOf(tx, { scope, enrollmentIds: standing.map(({ id }) => id) });
  const rows = await tx.execute<{ id: string }>(sql`
    update contacts c set snoozed_until = ${at}::timestamptz, updated_at = app_now()
    from (select id from contacts where id = any(${sql.param([...contactIds])}::uuid[]) and deleted_at is null
      and coalesce(snoozed_until < ${at}::timestamptz, true) order by id for update) later
    where c.id = later.id returning c.id`);
  await noteOnTimelines(
    tx,
    rows.map(({ id }) => id),
    { type: "contact.snoozed", ...author, data: { until: at, ...(because && { because }) } },
  );
  return events;
}

/** Campaigns may write to the contact again; what waited for that is given its slot now. */
export async function endSnooze(
  tx: TenantTx,
  { scope, contactId, author }: { scope: EventScope; contactId: string; author: Author },
): Promise<DriverEvent[]> {
  const events = await letGoOn(tx, { scope, contactIds: [contactId], from: "snoozed" });
  const [ended] = await tx.execute<{ id: string }>(sql`
    update contacts set snoozed_until = null, updated_at = app_now()
    where id = ${contactId}::uuid and snoozed_until is not null returning id`);
  if (ended) await noteOnTimelines(tx, [contactId], { type: "contact.snooze_ended", ...author });
  return events;
}
