import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { log } from "#server/log";
import { rollUp } from "./rollup.ts";

/** Sums the daily rows of all campaigns anew into what the performance view shows. */
export async function refreshPerformance(): Promise<void> {
  await withoutTenant((tx) => tx.execute(sql`select refresh_campaign_performance()`), {
    statementTimeoutMs: 10 * 60_000,
  });
}

/** Workspaces of one step of a run. */
const workspacesAtOnce = 50;

/** `after` is the last workspace that was counted, or null when there are no more. */
export type RolledUp = { after: string | null; failed: number };

/**
 * Brings the daily numbers of the next workspaces up to today, each in transactions of its own. One that cannot be
 * counted keeps nobody else from it: it is logged, and its days stay open for the next time.
 */
export async function rollUpNext(after: string | null): Promise<RolledUp> {
  const next = await withoutTenant((tx) =>
    tx.execute<{ tenant_id: string; workspace_id: string }>(
      sql`select * from workspaces_to_roll_up(${after}::uuid, ${workspacesAtOnce})`,
    ),
  );
  let failed = 0;
  for (const { tenant_id: tenantId, workspace_id: workspaceId } of next) {
    try {
      while ((await withTenant({ tenantId, workspaceId }, rollUp, rollUpLimits))?.more);
    } catch (error) {
      failed += 1;
      log.error({ err: error, workspaceId }, "the daily numbers of a workspace could not be counted");
    }
  }
  return { after: next.length === workspacesAtOnce ? (next.at(-1)?.workspace_id ?? null) : null, failed };
}

const rollUpLimits = { statementTimeoutMs: 5 * 60_000 };

/** Makes the partitions of the coming months, so that no event arrives at a month without one. Returns how many are new. */
export async function makePartitions(): Promise<number> {
  const [row] = await withoutTenant((tx) =>
    tx.execute<{ made: number }>(sql`select create_month_partitions() as made`),
  );
  return row?.made ?? 0;
}
