import { withTenant } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { log } from "#server/log";
import { recordHits, type Hit } from "./hits.ts";
import type { LinkToken } from "./tokens.ts";

type Waiting = { hit: Hit; done: () => void };
type Group = { tenantId: string; workspaceId: string; waiting: Waiting[] };

/** Long enough to gather a rush, too short to be felt. */
const gatherMs = 15;
const groupMax = 200;

const groups = new Map<string, Group>();

/**
 * Records a hit together with others of its workspace that come in at the same moment, and returns when it is
 * committed. A database that cannot be reached costs the hit, never the answer to the reader.
 */
export function recordHit(
  { tenantId, workspaceId }: Pick<LinkToken, "tenantId" | "workspaceId">,
  hit: Hit,
): Promise<void> {
  return new Promise((done) => {
    const existing = groups.get(workspaceId);
    const group = existing ?? { tenantId, workspaceId, waiting: [] };
    group.waiting.push({ hit, done });
    if (!existing) {
      groups.set(workspaceId, group);
      setTimeout(() => void flush(group), gatherMs);
    } else if (group.waiting.length >= groupMax) void flush(group);
  });
}

async function flush(group: Group): Promise<void> {
  if (groups.get(group.workspaceId) === group) groups.delete(group.workspaceId);
  const waiting = group.waiting.splice(0);
  if (waiting.length === 0) return;
  const { tenantId, workspaceId } = group;
  const scope = { tenantId, workspaceId };
  try {
    const hits = waiting.map(({ hit }) => hit);
    const { events } = await withTenant(scope, (tx) => recordHits(tx, scope, hits));
    for (const { done } of waiting) done();
    // A lost event is found by the sweeper.
    if (events.length > 0) await inngest.send(events);
  } catch (error) {
    log.error(
      { err: error, workspaceId, hits: waiting.length },
      "opens and clicks: not all was recorded or passed on",
    );
  } finally {
    for (const { done } of waiting) done();
  }
}
