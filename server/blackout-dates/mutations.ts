import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { replanCampaigns, replanSteps } from "#server/messages/replan";
import { lookThroughDays } from "#server/messages/skips";
import type { BlackoutInput } from "./schema.ts";
import { checkCampaigns } from "./scope.ts";

type By = { scope: EventScope; userId: string };

/**
 * On these days nothing is sent from now on, and what was to leave then leaves later; or they are days of sending though
 * others say otherwise. Send the events after the commit.
 */
export async function createBlackout(
  tx: TenantTx,
  { scope, userId }: By,
  { name, startsOn, endsOn, onlyFor, action }: BlackoutInput,
): Promise<{ id: string; events: DriverEvent[] }> {
  await checkCampaigns(tx, onlyFor);
  if (action === "skip") await checkNotOver(tx, startsOn);
  const [made] = await tx.execute<{ id: string; now: boolean }>(sql`
    insert into blackout_dates (name, starts_on, ends_on, action, campaign_ids)
    values (${name}, ${startsOn}::date, ${endsOn}::date, ${action}, ${onlyFor === null ? null : sql.param(onlyFor)}::uuid[])
    returning id, starts_on <= (app_now() + interval '1 day')::date as now`);
  if (!made) throw new Error("The days were not stored.");
  await recordAct(tx, {
    actorId: userId,
    action: "blackout.created",
    resourceType: "blackout",
    resourceId: made.id,
    after: { name, startsOn, endsOn, onlyFor, action },
  });
  // Slots are given out for minutes ahead only: later days need no second look, but for who is held until one of them.
  const held =
    action === "allow" ? await lookThroughDays(tx, scope, { campaignIds: onlyFor, skipped: false }) : [];
  const events = made.now ? await replanCampaigns(tx, scope, onlyFor) : [];
  return { id: made.id, events: [...held, ...events] };
}

/** An email that waits since a day that is over is not passed over for it afterwards. */
async function checkNotOver(tx: TenantTx, startsOn: string): Promise<void> {
  const [day] = await tx.execute<{ over: boolean }>(
    sql`select ${startsOn}::date < (app_now() - interval '1 day')::date as over`,
  );
  if (!day?.over) return;
  const sentence =
    "This day is over. Emails are passed over from today on: those that wait since then would be lost.";
  throw new AppError("invalid", sentence, { startsOn: sentence });
}

type Removed = {
  name: string;
  startsOn: string;
  endsOn: string;
  action: BlackoutInput["action"];
  onlyFor: string[] | null;
};

/** Throws `not_found`. Send the events after the commit. */
export async function removeBlackout(
  tx: TenantTx,
  { scope, userId }: By,
  id: string,
): Promise<{ events: DriverEvent[] }> {
  const [removed] = await tx.execute<Removed>(sql`
    delete from blackout_dates where id = ${id}::uuid
    returning name, starts_on::text as "startsOn", ends_on::text as "endsOn", action, campaign_ids as "onlyFor"`);
  if (!removed) throw new AppError("not_found", "These days are not in the list any more.");
  await recordAct(tx, {
    actorId: userId,
    action: "blackout.removed",
    resourceType: "blackout",
    resourceId: id,
    before: { name: removed.name, startsOn: removed.startsOn, endsOn: removed.endsOn },
  });
  const { action, onlyFor } = removed;
  const held = await lookThroughDays(tx, scope, { campaignIds: onlyFor, skipped: action === "skip" });
  return { events: [...held, ...(await replanSteps(tx, scope))] };
}
