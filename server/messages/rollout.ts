import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { audiencePredicate } from "#server/campaigns/audience";
import { audience } from "#server/campaigns/schema";
import { clockOfContact, zoneOr } from "#server/contacts/zone";
import { loadGraph } from "#server/enrollments/steps";
import { regionsOf, rolloutLocal } from "#server/planner/rollout";
import { localText } from "#server/planner/zone";
import { firstEmailAt } from "./follow-ups.ts";
import { loadSending, type Sending } from "./sending.ts";

/** `local`: what every wall clock shows when it begins there. `regions`: the zones, in the order of their turns. */
export type Rollout = { local: number; regions: string[][] };

/** `from`: when the campaign starts, epoch ms; `chosen`: somebody chose that time. `who`, over `contacts c`, is in it. */
type Ask = { from: number; chosen: boolean; who: SQL };

/**
 * How a coordinated roll-out goes; null for a campaign that has none. It begins when the first email is due everywhere,
 * which is at the start only where the campaign begins with it.
 */
export async function planRollout(
  tx: TenantTx,
  { campaignId, mode, personal, course, now }: Sending,
  { from, chosen, who }: Ask,
): Promise<Rollout | null> {
  if (mode !== "coordinated" || !personal) return null;
  // Whoever may not be mailed adds a zone at most, and to ask of everybody takes longer than all else.
  const clocks = await tx.execute<{ clock: string | null }>(
    sql`select distinct ${clockOfContact} as clock from contacts c where ${who}`,
  );
  const zones = clocks.map(({ clock }) => zoneOr(clock, course.campaign.zone));
  const graph = await loadGraph(tx, campaignId);
  const begins = Math.max(from, now);
  const due = Math.max(begins, ...zones.map((zone) => firstEmailAt(graph, begins, zone)));
  const local = rolloutLocal(
    personal,
    zones,
    due === begins ? { from, now, chosen } : { from: due, now, chosen: false },
  );
  return local === null ? null : { local, regions: regionsOf(zones, local) };
}

/**
 * Sets when a campaign that is being launched begins everywhere. Who comes to it later, or moves, finds that time past
 * and has the hours of the window where they are.
 */
export async function setRollout(tx: TenantTx, campaignId: string): Promise<void> {
  const [row] = await tx.execute<{ audience: unknown; from: Date; chosen: boolean }>(sql`
    select k.audience, coalesce(k.start_date, app_now()) as from, k.start_date is not null as chosen
    from campaigns k join campaign_settings s on s.campaign_id = k.id and s.timezone_mode = 'coordinated'
    where k.id = ${campaignId}::uuid and k.campaign_type <> 'triggered'`);
  const sending = row && (await loadSending(tx, campaignId));
  if (!sending) return;
  const rollout = await planRollout(tx, sending, {
    from: row.from.getTime(),
    chosen: row.chosen,
    who: await audiencePredicate(tx, audience.parse(row.audience), campaignId),
  });
  if (!rollout) return;
  await tx.execute(sql`
    update campaign_settings set ramp = ${JSON.stringify({ beginsAt: localText(rollout.local) })}::jsonb
    where campaign_id = ${campaignId}::uuid`);
}
