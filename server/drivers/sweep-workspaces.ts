import type { SQL } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import type { TenantTx } from "#db/tenancy";
import { log } from "#server/log";
import { sweepFailures } from "#server/metrics";
import { commitThenSend, type DriverEvent, type EventScope } from "./events.ts";

/** What a look-up of the sweeper returns: ids across tenants. */
export type Found = { tenant_id: string; workspace_id: string; id: string };

/** What could not be swept: all of one sweep, or one workspace of it. */
type Failed = { scope: EventScope | null; problem: string };
/** How many rows called for something, and where that could not be done. */
export type Swept = { found: number; failed: Failed[] };

/**
 * Acts on what `lookup` finds, a transaction per workspace. One that throws is noted and left for the next minute: a bad
 * row of one tenant must not keep the others from being looked after.
 */
export const sweepWorkspaces = (
  lookup: SQL,
  act: (tx: TenantTx, scope: EventScope, ids: string[]) => Promise<{ events: DriverEvent[] }>,
): Promise<Swept> =>
  sweepEach(lookup, async (scope, ids) => {
    await commitThenSend(scope, (tx) => act(tx, scope, ids));
  });

/** The same with transactions of its own, where a workspace may have more than is to be done in one. */
export async function sweepEach(
  lookup: SQL,
  act: (scope: EventScope, ids: string[]) => Promise<void>,
): Promise<Swept> {
  const found = await withoutTenant((tx) => tx.execute<Found>(lookup));
  const failed: Failed[] = [];
  // Whoever has most comes last: nobody waits for them.
  const workspaces = [...Map.groupBy(found, (row) => row.workspace_id).values()];
  for (const rows of workspaces.sort((a, b) => a.length - b.length)) {
    const [first] = rows;
    if (!first) continue;
    const scope = { tenantId: first.tenant_id, workspaceId: first.workspace_id };
    const ids = rows.map((row) => row.id);
    try {
      await act(scope, ids);
    } catch (error) {
      log.error(
        { err: error, ...scope, rows: ids.length },
        "a workspace could not be swept: the others were",
      );
      failed.push({ scope, problem: problemOf(error) });
    }
  }
  return { found: found.length, failed };
}

/** What the database said, rather than that a statement failed. */
function problemOf(error: unknown): string {
  const said = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return said instanceof Error ? said.message : String(said);
}

type Sweep = () => Promise<Swept>;

/**
 * Does one sweep after the other, each as a step of its own and whether or not those before it could be done. Returns how
 * many rows each found.
 * @throws Error at the end, naming what could not be swept: the run fails, and operators see it among those that did.
 */
export async function sweepAll(
  sweeps: Record<string, Sweep>,
  step: (name: string, work: Sweep) => Promise<Swept>,
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const problems: string[] = [];
  for (const [name, sweep] of Object.entries(sweeps)) {
    const swept = await step(name, () => attempt(name, sweep));
    found[name] = swept.found;
    problems.push(...swept.failed.map((failed) => sentenceOf(name, failed)));
  }
  if (problems.length > 0) throw new Error(summaryOf(problems));
  return found;
}

async function attempt(name: string, sweep: Sweep): Promise<Swept> {
  const swept = await sweep().catch((error: unknown): Swept => {
    log.error({ err: error, sweep: name }, "a sweep could not be done: the others were");
    return { found: 0, failed: [{ scope: null, problem: problemOf(error) }] };
  });
  sweepFailures.inc({ sweep: name }, swept.failed.length);
  return swept;
}

const sentenceOf = (name: string, { scope, problem }: Failed) =>
  scope
    ? `${name} in workspace ${scope.workspaceId} of tenant ${scope.tenantId}: ${problem}`
    : `${name}: ${problem}`;

const namedMax = 20;

function summaryOf(problems: readonly string[]): string {
  const more = problems.length > namedMax ? `; and ${problems.length - namedMax} more` : "";
  const named = problems.slice(0, namedMax).join("; ");
  return `What follows could not be swept and is tried again every minute; all else was. ${named}${more}`;
}
