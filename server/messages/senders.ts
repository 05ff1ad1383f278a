import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { automaticWeight, type Standing, standing, unfitness } from "#server/mailboxes/standing";
import type { RotationStrategy } from "#server/planner/plan";
import type { Block } from "./limits.ts";

export type SenderAccount = {
  id: string;
  email: string;
  provider: string;
  /** Why its pool gives it nobody new; null when it does. */
  unfit: string | null;
  status: string;
  /** Until when it rests, if it does. */
  until: Date | null;
  zone: string;
  dailyLimit: number | null;
  hourlyLimit: number | null;
  minDelaySeconds: number;
  weight: number;
};

/** Whether a campaign can send at all, and from which mailboxes. */
export type Senders = {
  campaignId: string;
  status: string;
  accounts: SenderAccount[];
  strategy: RotationStrategy;
  /** Of a pool: when no mailbox that stands well can send any more on a day, new people hear from the others. */
  continues: boolean;
};

/** It goes on by itself: whom it wrote to before wait for it. */
export const rests = (status: string): boolean => status === "cooling_down" || status === "rate_limited";

type SenderRow = Omit<SenderAccount, "unfit"> & {
  campaignId: string;
  campaignStatus: string;
  strategy: RotationStrategy | null;
  continues: boolean;
  standing: Standing;
  /** How far its warm-up lets it go, of 1. */
  warmth: number;
};

/** Null for an unknown campaign. */
export async function findSenders(tx: TenantTx, campaignId: string): Promise<Senders | null> {
  const [senders] = await findManySenders(tx, [campaignId]);
  return senders ?? null;
}

/** Of several campaigns, without those that are unknown. */
export async function findManySenders(tx: TenantTx, campaignIds: readonly string[]): Promise<Senders[]> {
  if (campaignIds.length === 0) return [];
  const rows = await tx.execute<SenderRow>(sql`
    select k.id as "campaignId", k.status as "campaignStatus", p.strategy,
      coalesce(p.when_unfit = 'continue', false) as continues, a.id, a.email, a.provider, ${standing} as standing,
      case when p.id is null or p.is_active then a.status else 'paused' end as status, a.status_until as until, a.timezone as zone,
      least(a.daily_limit, case when a.warmup_enabled then a.warmup_daily_limit end, p.daily_limit_per_account) as "dailyLimit",
      a.hourly_limit as "hourlyLimit", a.min_delay_seconds as "minDelaySeconds", coalesce(m.weight, 1) as weight,
      case when not a.warmup_enabled or a.warmup_daily_limit is null then 1
        when coalesce(a.daily_limit, p.daily_limit_per_account) is null then 0
        else least(1, a.warmup_daily_limit::float8 / least(a.daily_limit, p.daily_limit_per_account)) end as warmth
    from campaigns k
    left join rotation_pools p on p.id = k.rotation_pool_id
    left join pool_members m on m.pool_id = p.id and m.status = 'active'
    left join email_accounts a on a.id = case when p.id is null then k.email_account_id else m.email_account_id end
    where k.id = any(${sql.param([...campaignIds])}::uuid[]) order by a.id`);
  return [...Map.groupBy(rows, ({ campaignId }) => campaignId).values()].flatMap(sendersOf);
}

function sendersOf(rows: readonly SenderRow[]): Senders[] {
  const [first] = rows;
  if (!first) return [];
  const accounts = rows
    .filter(({ id }) => id !== null)
    .map(
      ({
        campaignId: _campaign,
        campaignStatus: _status,
        continues: _continues,
        strategy,
        standing: stands,
        warmth,
        weight,
        ...account
      }) => ({
        ...account,
        weight: strategy === "automatic" ? automaticWeight(stands, warmth) : weight,
        unfit: strategy === null ? null : unfitness(stands),
      }),
    );
  const { campaignId, campaignStatus: status, strategy, continues } = first;
  return [{ campaignId, status, strategy: strategy ?? "round_robin", continues, accounts }];
}

/** Why a campaign can send nothing now; null when it can. */
export function blockOf(senders: Senders | null): Block | null {
  // A message of a finished campaign that somebody asked to send again still needs its slot.
  if (!senders || (senders.status !== "active" && senders.status !== "completed"))
    return "campaign_not_active";
  if (senders.accounts.length === 0) return "no_mailbox";
  const active = senders.accounts.filter(({ status }) => status === "active");
  if (active.length === 0) return "mailbox_inactive";
  return senders.continues || active.some(({ unfit }) => unfit === null) ? null : "pool_unfit";
}
