import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { exitEnrollments } from "#server/enrollments/exits";

type Pair = { keepId: string; otherId: string };

export type Standing = {
  id: string;
  contactId: string;
  campaignId: string;
  campaign: string;
  status: string;
  stepsCompleted: number;
  emailsSent: number;
};

/** Where two contacts stand in campaigns. */
export async function standingsOf(tx: TenantTx, { keepId, otherId }: Pair): Promise<Standing[]> {
  return [
    ...(await tx.execute<Standing>(sql`
      select e.id, e.contact_id as "contactId", e.campaign_id as "campaignId", k.name as campaign, e.status,
        e.steps_completed as "stepsCompleted", e.total_emails_sent as "emailsSent"
      from campaign_contacts e join campaigns k on k.id = e.campaign_id
      where e.contact_id = any(${sql.param([keepId, otherId])}::uuid[]) order by k.name, e.id`)),
  ];
}

/** A campaign that both are in, and who of them has come further. */
export type CampaignConflict = {
  campaignId: string;
  campaign: string;
  keep: Standing;
  other: Standing;
  further: "keep" | "other";
};

export function conflictsOf(standings: readonly Standing[], { keepId }: Pair): CampaignConflict[] {
  return [...Map.groupBy(standings, ({ campaignId }) => campaignId).values()].flatMap((both) => {
    const keep = both.find(({ contactId }) => contactId === keepId);
    const other = both.find(({ contactId }) => contactId !== keepId);
    if (!keep || !other) return [];
    const { campaignId, campaign } = keep;
    return [{ campaignId, campaign, keep, other, further: isFurther(other, keep) ? "other" : "keep" }];
  });
}

/** Whoever answered, said stop or has been through is at the end of the campaign: nobody goes on in their place. */
const ended = ["replied", "unsubscribed", "bounced", "completed"];
const live = ["enrolled", "active", "paused"];
const rankOf = ({ status }: Pick<Standing, "status">) =>
  ended.includes(status) ? 2 : live.includes(status) ? 1 : 0;

type Progress = Pick<Standing, "status" | "stepsCompleted" | "emailsSent">;

/** Whether somebody has come further in a campaign than somebody else has. */
export function isFurther(one: Progress, than: Progress): boolean {
  const byRank = rankOf(one) - rankOf(than);
  const bySteps = one.stepsCompleted - than.stepsCompleted;
  return (byRank || bySteps || one.emailsSent - than.emailsSent) > 0;
}

/**
 * Gives the enrollments of the other contact to the one that stays. Of a campaign that both are in, the further of the
 * two enrollments goes with whom stays; the other one ends, and is left with the contact that goes. Messages and logs
 * follow the person, whichever enrollment they were of. Returns where the two stood.
 */
export async function mergeCampaigns(tx: TenantTx, pair: Pair): Promise<Standing[]> {
  const standings = await standingsOf(tx, pair);
  const conflicts = conflictsOf(standings, pair);
  const losers = conflicts.map(({ further, keep, other }) => (further === "keep" ? other : keep));
  await exitEnrollments(
    tx,
    losers
      .map(({ id }) => ({ enrollmentId: id, reason: "merged" as const }))
      .sort((a, b) => (a.enrollmentId < b.enrollmentId ? -1 : 1)),
  );
  const { keepId, otherId } = pair;
  const theirs = standings.filter(({ contactId }) => contactId === otherId);
  const moving = theirs.filter(({ id }) => !losers.some((loser) => loser.id === id));
  await takeAside(
    tx,
    losers.filter(({ contactId }) => contactId === keepId),
    {
      ...pair,
      meanwhile: async () => {
        await tx.execute(sql`
        update campaign_contacts set contact_id = ${keepId}::uuid, updated_at = app_now()
        where id = any(${ids(moving)}) and contact_id = ${otherId}::uuid`);
      },
    },
  );
  for (const table of [
    "campaign_contact_runs",
    "enrollment_step_log",
    "campaign_conversions",
    "webhook_calls",
  ])
    await tx.execute(sql`
      update ${sql.identifier(table)} set contact_id = ${keepId}::uuid
      where enrollment_id = any(${ids(theirs)}) and contact_id = ${otherId}::uuid`);
  await tx.execute(sql`
    update ab_test_assignments a set contact_id = ${keepId}::uuid
    where a.contact_id = ${otherId}::uuid and a.test_id in (
        select t.id from ab_tests t where t.campaign_id = any(${sql.param(theirs.map(({ campaignId }) => campaignId))}::uuid[]))
      and not exists (select from ab_test_assignments x where x.test_id = a.test_id and x.contact_id = ${keepId}::uuid)`);
  await takeArrivals(tx, pair);
  return standings;
}

/**
 * Whether one of the two came to a campaign, or to its door, since they were merged where they `stood`. Asked once both
 * are locked.
 */
export async function cameMeanwhile(
  tx: TenantTx,
  { keepId, otherId }: Pair,
  stood: readonly Standing[],
): Promise<boolean> {
  const rows = await tx.execute(sql`
    select from campaign_contacts e
    where e.contact_id = any(${sql.param([keepId, otherId])}::uuid[]) and e.id <> all(${ids(stood)})
    union all
    select from campaign_arrivals a where ${isNews({ keepId, otherId })} limit 1`);
  return rows.length > 0;
}

const ids = (standings: readonly Standing[]) => sql`${sql.param(standings.map(({ id }) => id))}::uuid[]`;

/**
 * Gives enrollments of the contact that stays to the one that goes, once `meanwhile` has brought the others: a contact
 * is in a campaign once, at every moment, so these are out of the table for as long.
 */
async function takeAside(
  tx: TenantTx,
  aside: readonly Standing[],
  { otherId, meanwhile }: Pair & { meanwhile: () => Promise<void> },
): Promise<void> {
  if (aside.length === 0) return meanwhile();
  const rows = await tx.execute<{ row: Record<string, unknown> }>(sql`
    delete from campaign_contacts e where e.id = any(${ids(aside)})
    returning to_jsonb(e) || jsonb_build_object('contact_id', ${otherId}::uuid) as row`);
  await meanwhile();
  await tx.execute(sql`
    insert into campaign_contacts select * from jsonb_populate_recordset(null::campaign_contacts,
      ${JSON.stringify(rows.map(({ row }) => row))}::jsonb)`);
}

/** Whoever stands at a campaign's door stands there as the contact that stays. */
async function takeArrivals(tx: TenantTx, { keepId, otherId }: Pair): Promise<void> {
  await tx.execute(sql`
    update campaign_arrivals a set contact_id = ${keepId}::uuid where ${isNews({ keepId, otherId })}`);
}

/** The arrival `a` is of the contact that goes, and the one that stays has none like it. */
const isNews = ({ keepId, otherId }: Pair) => sql`(a.contact_id = ${otherId}::uuid and not exists (
  select from campaign_arrivals x where x.campaign_id = a.campaign_id and x.contact_id = ${keepId}::uuid
    and x.trigger_id is not distinct from a.trigger_id))`;
