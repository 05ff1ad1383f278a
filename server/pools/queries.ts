import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { RotationStrategy, WhenUnfit } from "./schema.ts";

export type PoolMember = {
  mailboxId: string;
  email: string;
  status: string;
  sandbox: boolean;
  weight: number;
  /** By the mailbox's own day. */
  sentToday: number;
};
export type Pool = {
  id: string;
  name: string;
  strategy: RotationStrategy;
  dailyLimitPerAccount: number | null;
  whenUnfit: WhenUnfit;
  /** Today new people hear from mailboxes that do not stand well, since no other one can send. */
  continued: boolean;
  members: PoolMember[];
  /** Campaigns that are not over and send from it. */
  campaigns: number;
};

/** Every pool with its mailboxes, by name. */
export async function listPools(tx: TenantTx): Promise<Pool[]> {
  const rows = await tx.execute<Pool>(sql`
    select p.id, p.name, p.strategy, p.daily_limit_per_account as "dailyLimitPerAccount", p.when_unfit as "whenUnfit",
      coalesce((p.continued_at at time zone w.timezone)::date = (app_now() at time zone w.timezone)::date, false) as continued,
      coalesce((select json_agg(json_build_object('mailboxId', a.id, 'email', a.email, 'status', a.status,
          'sandbox', a.provider = 'sandbox', 'weight', m.weight, 'sentToday', coalesce(u.sent, 0)) order by a.email)
        from pool_members m join email_accounts a on a.id = m.email_account_id
        left join mailbox_usage u on u.email_account_id = a.id and u.day = (app_now() at time zone a.timezone)::date
        where m.pool_id = p.id and m.status = 'active'), '[]') as members,
      (select count(*)::int from campaigns k
        where k.rotation_pool_id = p.id and k.status <> 'completed' and k.deleted_at is null and k.archived_at is null) as campaigns
    from rotation_pools p join workspaces w on w.id = p.workspace_id where p.is_active order by p.name`);
  return [...rows];
}
