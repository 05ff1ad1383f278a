import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { clockText } from "#server/planner/forecast";
import { dayMs, parseLocal, toInstant } from "#server/planner/zone";

const aheadMaxDays = 366;

/**
 * The moment that somebody means by `at`, on the wall clock of the campaign's zone. An hour that the clocks skip means the
 * first minute after it.
 * @throws AppError invalid on `field` for a time that has passed, or lies more than a year ahead
 */
export async function startOf(
  tx: TenantTx,
  { id, at, field }: { id: string; at: string; field: string },
): Promise<Date> {
  const timezone = await zoneOf(tx, id);
  const now = await appNow(tx);
  const startsAt = new Date(toInstant(timezone, parseLocal(at)));
  const refused = (message: string) => new AppError("invalid", message, { [field]: message });
  if (startsAt <= now)
    throw refused(
      `This time has passed: it is ${clockText(timezone, now)} in ${timezone}. Choose a later one, or launch now.`,
    );
  if (startsAt.getTime() - now.getTime() > aheadMaxDays * dayMs)
    throw refused("A launch can be scheduled a year ahead at most. Choose an earlier time.");
  return startsAt;
}

export async function zoneOf(tx: TenantTx, id: string): Promise<string> {
  const [settings] = await tx.execute<{ timezone: string }>(
    sql`select timezone from campaign_settings where campaign_id = ${id}::uuid`,
  );
  return settings?.timezone ?? "UTC";
}
