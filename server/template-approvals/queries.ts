import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type Approver, loadApprovers } from "#server/approvals/approvers";
import { getApprovalPolicy } from "#server/approvals/policy";
import { AppError } from "#server/errors";
import { templateDigest } from "./digest.ts";

export type TemplateRequest = {
  id: string;
  status: "pending" | "approved" | "rejected" | "withdrawn";
  requestedBy: string | null;
  requestedById: string | null;
  requestedAt: Date;
  note: string | null;
  by: string | null;
  at: Date | null;
  comment: string | null;
};

/** `changed`: it was asked for, or given, for another content than that of now. */
export type TemplateApprovalState = "missing" | "pending" | "approved" | "rejected" | "changed";

/** Where a template's approval stands; the newest request first. `mine`: the person who looks may answer it. */
export type TemplateApproval = {
  state: TemplateApprovalState;
  requests: TemplateRequest[];
  waitsFor: string[];
  mine: boolean;
};

const shown = 20;

/** `viewer` is who looks. @throws AppError not_found */
export async function loadTemplateApproval(
  tx: TenantTx,
  templateId: string,
  viewer: string,
): Promise<TemplateApproval> {
  const [template] = await tx.execute<{ digest: string }>(sql`
    select ${templateDigest} as digest from templates t where t.id = ${templateId}::uuid and t.deleted_at is null`);
  if (!template) throw new AppError("not_found", "There is no such template.");
  const rows = await tx.execute<TemplateRequest & { digest: string }>(sql`
    select a.id, a.status, coalesce(nullif(r.name, ''), r.email) as "requestedBy", a.requested_by as "requestedById",
      a.created_at as "requestedAt", a.note, coalesce(nullif(d.name, ''), d.email) as by, a.decided_at as at, a.comment, a.digest
    from template_approvals a left join users r on r.id = a.requested_by left join users d on d.id = a.decided_by
    where a.template_id = ${templateId}::uuid order by a.id desc limit ${shown}`);
  const [newest] = rows;
  const state = stateOf(newest, template.digest);
  const answering = newest && state === "pending" ? await templateApprovers(tx, newest.requestedById) : [];
  return {
    state,
    requests: rows.map(({ digest: _, ...request }) => request),
    waitsFor: answering.map(({ name }) => name),
    mine: answering.some(({ userId }) => userId === viewer),
  };
}

export function stateOf(
  newest: Pick<TemplateRequest & { digest: string }, "status" | "digest"> | undefined,
  digestNow: string,
): TemplateApprovalState {
  if (!newest || newest.status === "withdrawn") return "missing";
  if (newest.status === "rejected") return "rejected";
  return newest.digest === digestNow ? newest.status : "changed";
}

/** Whoever answers for one of the organization's roles, but for who asks. */
export async function templateApprovers(tx: TenantTx, requestedBy: string | null): Promise<Approver[]> {
  const policy = await getApprovalPolicy(tx);
  const approvers = await loadApprovers(tx, policy);
  const barred = new Set(requestedBy === null ? [] : [requestedBy]);
  const all = policy.approvers.flatMap(({ role }) => approvers(role, barred));
  return [...new Map(all.map((one) => [one.userId, one])).values()];
}
