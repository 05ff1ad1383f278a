import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import { type TenantTx, withTenant } from "#db/tenancy";
import { commitThenSend, type DriverEvent, drainedEvent, type EventScope } from "#server/drivers/events";
import { type CallClaim, claimCalls, settleCalls } from "#server/webhook-calls/mutations";
import { callBodies } from "#server/webhook-calls/queries";
import { type CallResult, makeCall } from "#server/webhook-calls/request";
import { signatureOf, signingSecret } from "#server/webhook-calls/signing";
import { advance, type Move, wakeSteps } from "./advance.ts";
import { drainedAmong } from "./drained.ts";
import { exitEnrollments } from "./exits.ts";
import { dueRows, type StepContext } from "./slice.ts";
import { type EngineStep, loadGraph, type StepAction, stepOf } from "./steps.ts";

type WebhookAction = Extract<StepAction, { type: "webhook" }>;
/** Calls that were written down and are to be made, once that is committed. */
export type CallsToMake = CallClaim & { campaignId: string; stepId: string };

/** As many calls are written down at a time, and as many of them made at once. */
const claimSize = 100;
const abreast = 20;

/** Writes the calls of the next contacts down; who has had theirs goes on. */
export async function prepareCalls(
  tx: TenantTx,
  context: StepContext,
  action: WebhookAction,
): Promise<{ acted: number; events: DriverEvent[]; calls?: CallsToMake }> {
  const limit = Math.min(claimSize, context.limit);
  const rows = await dueRows(tx, { ...context, limit });
  if (rows.length === 0) return { acted: 0, events: [] };
  const { graph, step } = context;
  const claim = await claimCalls(tx, { stepId: step.id, enrollmentIds: rows.map((row) => row.id) });
  await hold(
    tx,
    claim.calls.map(({ enrollmentId }) => ({
      enrollmentId,
      at: claim.leaseUntil.getTime(),
      reason: "calling",
    })),
  );
  const events = await goOn(tx, { ...context, onError: action.onError, ended: claim.over });
  // More may be due than were written down.
  const acted = rows.length === limit ? context.limit : rows.length;
  return { acted, events, calls: { ...claim, campaignId: graph.campaignId, stepId: step.id } };
}

/** Makes calls that are written down, and writes down how they ended. Holds no transaction while it waits. */
export async function carryOutCalls(scope: EventScope, claim: CallsToMake): Promise<void> {
  if (claim.calls.length === 0) return;
  const { action, bodies, workspaceId } = await withTenant(scope, async (tx) => ({
    ...(await callBodies(tx, claim)),
    action: stepOf(await loadGraph(tx, claim.campaignId), claim.stepId).action,
  }));
  const webhook = action?.type === "webhook" ? action : null;
  const secret = signingSecret(workspaceId);
  const results = new Map<string, CallResult>();
  const waiting = [...claim.calls];
  const callNext = async (): Promise<void> => {
    for (let call = waiting.pop(); call; call = waiting.pop()) {
      const body = bodies.get(call.id);
      results.set(
        call.id,
        webhook && body !== undefined
          ? await makeCall({ url: webhook.url, headers: headersOf(secret, call.id, body), body })
          : {
              outcome: "failed",
              status: null,
              error: webhook ? "The contact is gone." : "The step calls nobody any more.",
            },
      );
    }
  };
  await Promise.all(Array.from({ length: abreast }, callNext));
  await settle(scope, claim, results);
}

function headersOf(secret: string, id: string, body: string): Record<string, string> {
  // The receiver compares it with its own clock, which is the real one.
  const seconds = Math.floor((performance.timeOrigin + performance.now()) / 1000);
  return { "idempotency-key": id, "postroad-signature": signatureOf(secret, seconds, body) };
}

async function settle(
  scope: EventScope,
  claim: CallsToMake,
  results: ReadonlyMap<string, CallResult>,
): Promise<void> {
  await commitThenSend(scope, async (tx) => {
    const graph = await loadGraph(tx, claim.campaignId);
    const step = stepOf(graph, claim.stepId);
    const now = (await appNow(tx)).getTime();
    // Drivers are locked before anything else: to be woken for the retries, or not at all.
    await tx.execute(sql`select 1 from step_drivers where step_id = ${step.id}::uuid for no key update`);
    const settled = await settleCalls(tx, { token: claim.token, results, now });
    const again = settled.flatMap(({ enrollmentId, againAt }) =>
      againAt === null ? [] : [{ enrollmentId, at: againAt, reason: "retrying_call" }],
    );
    const events = await goOn(tx, { scope, graph, step, onError: onErrorOf(step), ended: settled });
    if (again.length > 0) {
      const dues = new Map([[step.id, Math.min(...again.map(({ at }) => at))]]);
      events.push(...(await wakeSteps(tx, { scope, graph, dues })));
      await hold(tx, again);
    }
    const drained = await drainedAmong(tx, [claim.campaignId]);
    return { events: [...events, ...drained.map((id) => drainedEvent(scope, id))] };
  });
}

const onErrorOf = ({ action }: EngineStep) => (action?.type === "webhook" ? action.onError : "continue");

type Ended = Pick<StepContext, "scope" | "graph" | "step"> & {
  onError: WebhookAction["onError"];
  ended: readonly { enrollmentId: string; status: string }[];
};

const outcomes: Record<string, string> = { done: "acted", failed: "failed", unknown: "assumed_called" };

/** Sends those on whose call has ended; with `onError` exit, those leave whose call failed for good. */
async function goOn(tx: TenantTx, { scope, graph, step, onError, ended }: Ended): Promise<DriverEvent[]> {
  const at = (await appNow(tx)).getTime();
  const leaving = ended.filter(({ status }) => status === "failed" && onError === "exit");
  const moves = ended.flatMap(({ enrollmentId, status }): Move[] => {
    const outcome = outcomes[status];
    const stays = outcome === undefined || (status === "failed" && onError === "exit");
    return stays ? [] : [{ enrollmentId, outcome, edge: "next", at }];
  });
  const { events } = await advance(tx, { scope, graph, step, moves });
  await exitEnrollments(
    tx,
    leaving.map(({ enrollmentId }) => ({ enrollmentId, reason: "call_failed" })),
  );
  return events;
}

type Held = { enrollmentId: string; at: number; reason: string };

async function hold(tx: TenantTx, held: readonly Held[]): Promise<void> {
  if (held.length === 0) return;
  await tx.execute(sql`
    update campaign_contacts e set next_email_scheduled_at = h.at, wait_reason = h.reason, updated_at = app_now()
    from unnest(${sql.param(held.map(({ enrollmentId }) => enrollmentId))}::uuid[],
      ${sql.param(held.map(({ at }) => new Date(at).toISOString()))}::timestamptz[],
      ${sql.param(held.map(({ reason }) => reason))}::text[]) as h(id, at, reason)
    where e.id = h.id and e.status in ('enrolled', 'active')`);
}
