import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { notify } from "#server/notifications/mutations";
import { templateDigest } from "./digest.ts";
import { stateOf, templateApprovers } from "./queries.ts";
import type { TemplateApprovalDecision } from "./schema.ts";

type Who = { templateId: string; userId: string };
type Locked = { name: string; status: string; version: number; digest: string };
type Newest = { id: string; status: "pending" | "approved" | "rejected" | "withdrawn"; digest: string };

/**
 * Asks for the approval of exactly what the template says now, and tells those who may give it. An earlier request that
 * is open holds no more.
 * @throws AppError not_found; conflict for one that has mistakes, is archived, or is approved or asked for as it is
 */
export async function requestTemplateApproval(
  tx: TenantTx,
  { templateId, userId, note }: Who & { note: string },
): Promise<{ requestId: string }> {
  const template = await lockTemplate(tx, templateId);
  if (template.status !== "active")
    throw new AppError("conflict", unready[template.status === "archived" ? "archived" : "draft"]);
  const state = stateOf(await newestOf(tx, templateId), template.digest);
  if (state === "approved") throw new AppError("conflict", "This template is approved as it is.");
  if (state === "pending")
    throw new AppError("conflict", "An approval of this template, as it is, is asked for already.");
  await withdrawOpen(tx, templateId);
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into template_approvals (template_id, digest, requested_by, note)
    values (${templateId}::uuid, ${template.digest}, ${userId}::uuid, ${note || null}) returning id`);
  if (!made) throw new Error("The request was not inserted.");
  await record(tx, { templateId, userId }, "requested");
  for (const approver of await templateApprovers(tx, userId))
    await notify(tx, {
      userId: approver.userId,
      type: "template.approval_requested",
      title: `The template “${template.name}” is to be approved`,
      body: note,
      path: `/templates/${templateId}`,
    });
  return { requestId: made.id };
}

const unready = {
  draft: "This template has mistakes. Mend them first.",
  archived: "This template is archived. Take it out of the archive first.",
};

/** Takes the open request back. @throws AppError not_found; conflict when there is none */
export async function withdrawTemplateRequest(tx: TenantTx, { templateId, userId }: Who): Promise<void> {
  await lockTemplate(tx, templateId);
  if ((await withdrawOpen(tx, templateId)) === 0)
    throw new AppError("conflict", "There is no open request for an approval.");
  await record(tx, { templateId, userId }, "withdrawn");
}

/**
 * Gives the approval, or says what should change. The template is locked: who approves while somebody edits approves
 * what they saw, or is told that it has changed.
 * @throws AppError not_found; forbidden when it is not theirs to give; conflict when it was changed, answered or withdrawn
 */
export async function decideTemplateApproval(
  tx: TenantTx,
  { templateId, requestId, version, decision, comment, userId }: TemplateApprovalDecision & Who,
): Promise<void> {
  const template = await lockTemplate(tx, templateId);
  const newest = await newestOf(tx, templateId);
  if (newest?.id !== requestId || newest.status !== "pending")
    throw new AppError(
      "conflict",
      "This request was answered or withdrawn. Reload to see where the template stands.",
    );
  if (newest.digest !== template.digest || (decision === "approved" && template.version !== version))
    throw new AppError("conflict", "This template was changed meanwhile. Reload, and look at it again.");
  if (newest.requestedBy === userId)
    throw new AppError("forbidden", "Who asks for an approval cannot give it. Somebody else has to.");
  const approvers = await templateApprovers(tx, newest.requestedBy);
  if (!approvers.some((each) => each.userId === userId))
    throw new AppError("forbidden", "You do not approve templates here. An admin of the workspace can.");
  await tx.execute(sql`
    update template_approvals set status = ${decision}, decided_by = ${userId}::uuid, decided_at = app_now(),
      comment = ${comment || null}, updated_at = app_now()
    where id = ${requestId}::uuid`);
  await record(tx, { templateId, userId }, decision, { comment });
  await notify(tx, {
    userId: newest.requestedBy,
    type: decision === "approved" ? "template.approval_given" : "template.approval_rejected",
    title: `The template “${template.name}” ${decision === "approved" ? "is approved" : "was not approved"}`,
    body: comment,
    path: `/templates/${templateId}`,
  });
}

async function lockTemplate(tx: TenantTx, id: string): Promise<Locked> {
  const [found] = await tx.execute<Locked>(sql`
    select t.name, t.status, t.version, ${templateDigest} as digest from templates t
    where t.id = ${id}::uuid and t.deleted_at is null for no key update`);
  if (!found) throw new AppError("not_found", "There is no such template.");
  return found;
}

async function newestOf(
  tx: TenantTx,
  templateId: string,
): Promise<(Newest & { requestedBy: string | null }) | undefined> {
  const [newest] = await tx.execute<Newest & { requestedBy: string | null }>(sql`
    select id, status, digest, requested_by as "requestedBy" from template_approvals
    where template_id = ${templateId}::uuid order by id desc limit 1`);
  return newest;
}

async function withdrawOpen(tx: TenantTx, templateId: string): Promise<number> {
  const { count } = await tx.execute(sql`
    update template_approvals set status = 'withdrawn', updated_at = app_now()
    where template_id = ${templateId}::uuid and status = 'pending'`);
  return count;
}

const record = (tx: TenantTx, { templateId, userId }: Who, what: string, after?: { comment: string }) =>
  recordAct(tx, {
    ...{
      actorId: userId,
      action: `template.approval_${what}`,
      resourceType: "template",
      resourceId: templateId,
    },
    ...(after && { after }),
  });
