import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { mergeContacts } from "#server/mail/queries";
import type { ClaimedCall } from "./mutations.ts";
import { payloadOf } from "./payload.ts";

type Place = {
  campaign_id: string;
  campaign_name: string;
  step_name: string | null;
  workspace_id: string;
  now: Date;
};

/** The bodies of calls by their ids. A contact that is gone has none. */
export async function callBodies(
  tx: TenantTx,
  { stepId, calls }: { stepId: string; calls: readonly ClaimedCall[] },
): Promise<{ workspaceId: string; bodies: Map<string, string> }> {
  const [place] = await tx.execute<Place>(sql`
    select k.id as campaign_id, k.name as campaign_name, s.name as step_name, k.workspace_id, app_now() as now
    from campaign_steps s join campaigns k on k.id = s.campaign_id where s.id = ${stepId}::uuid`);
  const ids = calls.map(({ contactId }) => contactId);
  const contacts = await mergeContacts(tx, ids);
  const states = await tx.execute<{ id: string; status: string; stage: string }>(sql`
    select id, status, lifecycle_stage as stage from contacts
    where id = any(${sql.param(ids)}::uuid[]) and deleted_at is null`);
  const stateOf = new Map(states.map((row) => [row.id, row]));
  const bodies = new Map<string, string>();
  for (const { id, contactId } of calls) {
    const [contact, state] = [contacts.get(contactId), stateOf.get(contactId)];
    if (!place || !contact || !state) continue;
    const body = payloadOf({
      id,
      at: place.now,
      campaign: { id: place.campaign_id, name: place.campaign_name },
      step: { id: stepId, name: place.step_name },
      contact: { id: contactId, ...contact, status: state.status, lifecycleStage: state.stage },
    });
    bodies.set(id, body);
  }
  return { workspaceId: place?.workspace_id ?? "", bodies };
}

export type CallProblem = {
  id: string;
  email: string;
  status: "retrying" | "failed" | "unknown";
  attempts: number;
  error: string | null;
  at: Date;
};
export type CallReport = {
  done: number;
  retrying: number;
  failed: number;
  unknown: number;
  problems: CallProblem[];
};

/** How the calls of a step went: how many ended which way, and the newest twenty that did not end well. */
export async function stepCalls(tx: TenantTx, stepId: string): Promise<CallReport> {
  const [counts] = await tx.execute<Omit<CallReport, "problems">>(sql`
    select (count(*) filter (where status = 'done'))::int as done,
      (count(*) filter (where status = 'retrying'))::int as retrying,
      (count(*) filter (where status = 'failed'))::int as failed,
      (count(*) filter (where status = 'unknown'))::int as unknown
    from webhook_calls where step_id = ${stepId}::uuid`);
  const problems = await tx.execute<CallProblem>(sql`
    select w.id, c.email, w.status, w.attempts, w.error, w.updated_at as at
    from webhook_calls w join contacts c on c.id = w.contact_id
    where w.step_id = ${stepId}::uuid and w.status in ('retrying', 'failed', 'unknown') order by w.id desc limit 20`);
  return { ...(counts ?? { done: 0, retrying: 0, failed: 0, unknown: 0 }), problems: [...problems] };
}
