import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { notify } from "#server/notifications/mutations";
import type { Given } from "#server/planner/plan";
import type { Senders } from "./senders.ts";

type Continued = { pool: string; campaign: string; launchedBy: string | null };

/**
 * Where new people were given to mailboxes of a pool that do not stand well, since no other one can send any more that
 * day, whoever launched the campaign is told: once a day for each pool. After everything else that is locked.
 */
export async function tellThatPoolContinues(
  tx: TenantTx,
  { campaignId, accounts, continues }: Pick<Senders, "campaignId" | "accounts" | "continues">,
  given: readonly Given[],
): Promise<void> {
  if (!continues) return;
  const used = new Set(
    given.flatMap(({ person, slot }) => (person.mailboxId === null ? [slot.mailboxId] : [])),
  );
  const unfit = accounts.filter((account) => account.unfit !== null && used.has(account.id));
  if (unfit.length === 0) return;
  const [row] = await tx.execute<Continued>(sql`
    update rotation_pools p set continued_at = app_now(), updated_at = app_now()
    from campaigns k join workspaces w on w.id = k.workspace_id
    where k.id = ${campaignId}::uuid and p.id = k.rotation_pool_id
      and (p.continued_at at time zone w.timezone)::date is distinct from (app_now() at time zone w.timezone)::date
    returning p.name as pool, k.name as campaign, k.launched_by as "launchedBy"`);
  if (!row) return;
  await notify(tx, {
    userId: row.launchedBy,
    type: "pool.continued",
    title: `The pool ${row.pool} goes on with mailboxes that do not stand well`,
    body: `No other one can send any more today, so new people of “${row.campaign}” hear from ${unfit
      .map(({ email, unfit: why }) => `${email} (${why})`)
      .join(", ")}. To let them wait, change the pool under Settings, Mailboxes.`,
    path: "/settings/mailboxes",
  });
}
