import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { clockOfContact, zoneOr } from "#server/contacts/zone";
import { bestHours, type Hours, hoursOf, type Reading, type WeekHours } from "#server/planner/best-hour";

/** How far back it is looked, and how many of the latest campaigns speak for everybody. */
const daysBack = 90;
const campaignsBack = 20;
const eventsEach = 1_000;

/** Only what people did counts: a scanner reads at every hour. */
const human = sql`e.type in ('opened', 'clicked') and not e.is_machine`;

type Someone = { contactId: string; zone: string };

/** The hour, on their own clocks, at which these people tend to read on each weekday; by contact. */
export async function readingHours(
  tx: TenantTx,
  people: readonly Someone[],
): Promise<ReadonlyMap<string, WeekHours>> {
  const rows = await tx.execute<{ contact_id: string; type: "opened" | "clicked"; at: Date }>(sql`
    select e.contact_id, e.type, e.occurred_at as at from email_events e
    where e.contact_id = any(${sql.param(people.map(({ contactId }) => contactId))}::uuid[]) and ${human}
      and e.occurred_at > app_now() - make_interval(days => ${daysBack})`);
  const readings = new Map<string, { [Kind in keyof Reading]: number[] }>();
  for (const { contact_id, type, at } of rows) {
    const reading = readings.get(contact_id) ?? { opened: [], clicked: [] };
    reading[type].push(at.getTime());
    readings.set(contact_id, reading);
  }
  const others = await hoursOfOthers(tx);
  const nothing: Reading = { opened: [], clicked: [] };
  return new Map(
    people.map(({ contactId, zone }) => [
      contactId,
      bestHours(zone, readings.get(contactId) ?? nothing, others),
    ]),
  );
}

/** When people read the latest campaigns of the workspace, on their own clocks. */
async function hoursOfOthers(tx: TenantTx): Promise<Hours> {
  const rows = await tx.execute<{ at: Date; clock: string | null; workspace_zone: string }>(sql`
    select e.occurred_at as at, ${clockOfContact} as clock, w.timezone as workspace_zone
    from (select id, workspace_id from campaigns where launched_at is not null order by launched_at desc limit ${campaignsBack}) k
    join workspaces w on w.id = k.workspace_id
    cross join lateral (
      select e.* from email_events e where e.campaign_id = k.id order by e.occurred_at desc limit ${eventsEach}
    ) e join contacts c on c.id = e.contact_id
    where ${human} and e.occurred_at > app_now() - make_interval(days => ${daysBack})`);
  const byZone = Map.groupBy(rows, ({ clock, workspace_zone }) => zoneOr(clock, workspace_zone));
  const sums = Array.from({ length: 24 }, () => 0);
  for (const [zone, some] of byZone) {
    const hours = hoursOf(
      zone,
      some.map(({ at }) => at.getTime()),
    );
    for (const [hour, count] of hours.entries()) sums[hour] = (sums[hour] ?? 0) + count;
  }
  return sums;
}
