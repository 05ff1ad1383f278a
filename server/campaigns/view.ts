import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { StepView } from "./schema.ts";

/** How the person of the scope looks at the steps of campaigns. */
export async function findStepView(tx: TenantTx): Promise<StepView> {
  const [row] = await tx.execute<{ view: StepView }>(sql`select campaign_view as view from user_preferences`);
  return row?.view ?? "list";
}

export async function chooseStepView(tx: TenantTx, view: StepView): Promise<void> {
  await tx.execute(sql`
    insert into user_preferences (campaign_view) values (${view})
    on conflict (user_id) do update set campaign_view = excluded.campaign_view, updated_at = app_now()`);
}
