import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { countEarlierMail } from "#server/messages/earlier-mail";
import { lookThroughHeld, replanSteps } from "#server/messages/replan";
import { findContactCaps } from "./queries.ts";
import type { ContactCapsInput, SendingLimitInput } from "./schema.ts";

type By = { scope: EventScope; userId: string };

/**
 * Sets a limit, in place of the one for the same domain. What is queued keeps its slots; everything after it follows the
 * new limit, and so does whoever waits for room at a receiving domain, against which counts what it had before. Send the
 * events after the commit.
 */
export async function saveSendingLimit(
  tx: TenantTx,
  { scope, userId }: By,
  { kind, domain, dailyLimit, hourlyLimit }: SendingLimitInput,
): Promise<{ events: DriverEvent[] }> {
  const held = await lookThroughHeld(tx, scope, { heldBy: "domain" });
  const events = [...held, ...(await replanSteps(tx, scope))];
  await tx.execute(sql`
    insert into sending_limits as l (kind, domain, daily_limit, hourly_limit)
    values (${kind}, ${domain}, ${dailyLimit}, ${hourlyLimit})
    on conflict (tenant_id, workspace_id, kind, domain) do update
    set daily_limit = excluded.daily_limit, hourly_limit = excluded.hourly_limit, updated_at = app_now()`);
  if (kind === "recipient_domain") await countEarlierMail(tx, { domain, hourlyLimit });
  await recordAct(tx, {
    actorId: userId,
    action: "sending_limit.saved",
    resourceType: "sending_limit",
    after: { kind, domain, dailyLimit, hourlyLimit },
  });
  return { events };
}

/** Throws `not_found`. Send the events after the commit. */
export async function removeSendingLimit(
  tx: TenantTx,
  { scope, userId }: By,
  id: string,
): Promise<{ events: DriverEvent[] }> {
  const held = await lookThroughHeld(tx, scope, { heldBy: "domain" });
  const events = [...held, ...(await replanSteps(tx, scope))];
  const [before] = await tx.execute<{ kind: string; domain: string }>(
    sql`delete from sending_limits where id = ${id}::uuid returning kind, domain`,
  );
  if (!before) throw new AppError("not_found", "This limit does not exist any more.");
  await recordAct(tx, {
    actorId: userId,
    action: "sending_limit.removed",
    resourceType: "sending_limit",
    before,
  });
  return { events };
}

/** Of the whole organization; call in its scope. */
export async function updateContactCaps(
  tx: TenantTx,
  userId: string,
  after: ContactCapsInput,
): Promise<void> {
  const before = await findContactCaps(tx);
  await tx.execute(sql`
    insert into tenant_policies (contact_emails_per_day, contact_hours_apart, contact_delays_max)
    values (${after.perDay}, ${after.hoursApart}, ${after.delaysMax})
    on conflict (tenant_id) do update set contact_emails_per_day = excluded.contact_emails_per_day,
      contact_hours_apart = excluded.contact_hours_apart, contact_delays_max = excluded.contact_delays_max, updated_at = app_now()`);
  await recordAct(tx, {
    actorId: userId,
    action: "contact_caps.updated",
    resourceType: "organization",
    before,
    after,
  });
}
