import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { readEmail } from "#server/contacts/address";
import { noteOnTimeline } from "#server/contacts/history";
import { listCustomFields } from "#server/custom-fields/queries";
import { defaultsOf } from "#server/custom-fields/rules";
import { arrivalsEvent, type DriverEvent, type EventScope } from "#server/drivers/events";
import { wakeWaiters } from "#server/enrollments/waiters";
import { AppError } from "#server/errors";
import type { CustomEventInput } from "./schema.ts";

/** `campaigns`: how many running campaigns it has brought the contact to. */
export type Recorded = { id: string; contactId: string; duplicate: boolean; campaigns: number };

/** An event of the future is a wrong clock; a minute of it is forgiven. */
const aheadMaxMs = 60_000;

/**
 * Records an event of a contact, notes it on its timeline, and brings the contact to the campaigns that listen to it.
 * The same id again changes nothing and answers the same. Send the events after the commit.
 * @throws AppError invalid for an address or a time that cannot be; not_found for a contact the workspace does not have;
 *   conflict when the id was used for another event
 */
export async function recordCustomEvent(
  tx: TenantTx,
  { scope, input, apiKeyId = null }: { scope: EventScope; input: CustomEventInput; apiKeyId?: string | null },
): Promise<Recorded & { events: DriverEvent[] }> {
  const contactId = await contactOf(tx, input);
  const occurredAt = await timeOf(tx, input.occurredAt);
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into custom_events (event_id, name, contact_id, properties, occurred_at, api_key_id)
    values (${input.id}, ${input.name}, ${contactId}::uuid, ${JSON.stringify(input.properties)}::jsonb,
      ${occurredAt.toISOString()}::timestamptz, ${apiKeyId}::uuid)
    on conflict (tenant_id, workspace_id, event_id) do nothing returning id`);
  if (!made) {
    await refuseOther(tx, input, contactId);
    return { id: input.id, contactId, duplicate: true, campaigns: 0, events: [] };
  }
  await noteOnTimeline(tx, { contactId, type: "custom.event", data: { name: input.name } });
  const campaigns = await bringToCampaigns(tx, { name: input.name, contactId, refId: made.id });
  const woken = await wakeWaiters(tx, { scope, contactIds: [contactId], atOnce: true });
  return {
    id: input.id,
    contactId,
    duplicate: false,
    campaigns: campaigns.length,
    events: [...campaigns.map((id) => arrivalsEvent(scope, id)), ...woken],
  };
}

async function contactOf(tx: TenantTx, { email, createContact, contact }: CustomEventInput): Promise<string> {
  const read = readEmail(email);
  if ("problem" in read) throw new AppError("invalid", `email: ${read.problem}`, { email: read.problem });
  const known = sql`
    select id from contacts where email_normalized = ${read.normalized} and deleted_at is null`;
  const [found] = await tx.execute<{ id: string }>(known);
  if (found) return found.id;
  if (!createContact) {
    const problem = `There is no contact with the address ${read.email}. Import it first, or send "createContact": true.`;
    throw new AppError("not_found", problem, { email: problem });
  }
  const defaults = defaultsOf(await listCustomFields(tx));
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into contacts (email, email_normalized, first_name, last_name, company, custom_fields)
    values (${read.email}, ${read.normalized}, ${contact?.firstName || null}, ${contact?.lastName || null},
      ${contact?.company || null}, ${JSON.stringify(defaults)}::jsonb)
    on conflict (tenant_id, workspace_id, email_normalized) where deleted_at is null do nothing returning id`);
  if (made) {
    await noteOnTimeline(tx, { contactId: made.id, type: "contact.created", data: { source: "api" } });
    return made.id;
  }
  // Somebody else made it at this moment.
  const [raced] = await tx.execute<{ id: string }>(known);
  if (!raced)
    throw new AppError("unavailable", "The contact was changed at this moment. Send the event again.");
  return raced.id;
}

async function timeOf(tx: TenantTx, occurredAt: string | undefined): Promise<Date> {
  const now = await appNow(tx);
  if (occurredAt === undefined) return now;
  const at = new Date(occurredAt);
  if (at.getTime() <= now.getTime() + aheadMaxMs) return at;
  const problem = `This is in the future: it is ${now.toISOString()} here. Check the clock of the system that sends.`;
  throw new AppError("invalid", `occurredAt: ${problem}`, { occurredAt: problem });
}

async function refuseOther(tx: TenantTx, { id, name }: CustomEventInput, contactId: string): Promise<void> {
  const [first] = await tx.execute<{ same: boolean }>(sql`
    select name = ${name} and contact_id = ${contactId}::uuid as same from custom_events where event_id = ${id}`);
  if (first?.same) return;
  const problem = "This id was used before for another event. Give each event an id of its own.";
  throw new AppError("conflict", problem, { id: problem });
}

async function bringToCampaigns(
  tx: TenantTx,
  { name, contactId, refId }: { name: string; contactId: string; refId: string },
): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    with brought as (
      insert into campaign_arrivals (campaign_id, trigger_id, contact_id, ref_id)
      select t.campaign_id, t.id, ${contactId}::uuid, ${refId}::uuid
      from listening_triggers t
      where t.trigger_type = 'event' and t.match = ${name}
      order by t.id on conflict do nothing returning campaign_id
    )
    select distinct campaign_id as id from brought`);
  return rows.map(({ id }) => id);
}
