import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { TenantTx } from "#db/tenancy";
import type { Member } from "#server/accounts/queries";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { listMembers } from "#server/members/queries";
import { notify } from "#server/notifications/mutations";
import { grants } from "#server/permissions";
import type { templateCommentInput, templateCommentsInput, templateSettleInput } from "./schema.ts";

const pageSize = 30;

export type TemplateComment = {
  id: string;
  body: string;
  at: Date;
  /** Null for somebody who is not there any more. */
  author: string | null;
  /** When what it asks for was done. */
  settledAt: Date | null;
  /** Whether the person who looks may delete it. */
  removable: boolean;
};

/** Who writes a comment may delete it, and so may the workspace's admins. */
const isModerator = (member: Member) => grants(member, "workspace:members");

/** What was said about a template, newest first. @throws AppError not_found */
export async function listTemplateComments(
  tx: TenantTx,
  { id, cursor }: z.infer<typeof templateCommentsInput>,
  member: Member,
): Promise<{ rows: TemplateComment[]; next: string | null }> {
  await headOf(tx, id);
  const found = await tx.execute<TemplateComment>(sql`
    select c.id, c.body, c.created_at as at, c.resolved_at as "settledAt", coalesce(nullif(u.name, ''), u.email) as author,
      ${isModerator(member)} or c.author_id is not distinct from ${member.scope.userId}::uuid as removable
    from template_comments c left join users u on u.id = c.author_id
    where c.template_id = ${id}::uuid ${cursor ? sql`and c.id < ${cursor}::uuid` : sql``}
    order by c.id desc limit ${pageSize + 1}`);
  const rows = found.slice(0, pageSize);
  return { rows, next: found.length > pageSize ? (rows.at(-1)?.id ?? null) : null };
}

/** Says something about a template, and tells whoever made it or has spoken before. @throws AppError not_found */
export async function addTemplateComment(
  tx: TenantTx,
  { id, body }: z.infer<typeof templateCommentInput>,
  { scope: { userId, workspaceId } }: Member,
): Promise<{ id: string }> {
  const { name, createdBy } = await headOf(tx, id);
  const heard = await tx.execute<{ userId: string }>(sql`
    select distinct author_id as "userId" from template_comments where template_id = ${id}::uuid and author_id is not null`);
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into template_comments (template_id, author_id, body) values (${id}::uuid, ${userId}::uuid, ${body}) returning id`);
  if (!made) throw new Error("The comment was not inserted.");
  const concerned = new Set([createdBy, ...heard.map((each) => each.userId)]);
  const members = await listMembers(tx, workspaceId);
  const author = members.find((each) => each.userId === userId);
  for (const { userId: reader } of members) {
    if (reader === userId || !concerned.has(reader)) continue;
    await notify(tx, {
      userId: reader,
      type: "template.commented",
      title: `${author?.name || author?.email || "Somebody"} commented on “${name}”`,
      body: body.length > 200 ? `${body.slice(0, 199)}…` : body,
      path: `/templates/${id}`,
    });
  }
  return made;
}

/** Marks what a comment asks for as done, or not done after all. @throws AppError not_found */
export async function settleTemplateComment(
  tx: TenantTx,
  { commentId, settled }: z.infer<typeof templateSettleInput>,
): Promise<void> {
  const { count } = await tx.execute(sql`
    update template_comments set resolved_at = ${settled ? sql`coalesce(resolved_at, app_now())` : sql`null`},
      updated_at = app_now()
    where id = ${commentId}::uuid
      and template_id in (select id from templates where deleted_at is null)`);
  if (count === 0) throw gone();
}

/** @throws AppError not_found; forbidden for somebody else's */
export async function removeTemplateComment(tx: TenantTx, commentId: string, member: Member): Promise<void> {
  const [found] = await tx.execute<{ authorId: string | null; templateId: string }>(sql`
    select c.author_id as "authorId", c.template_id as "templateId"
    from template_comments c join templates t on t.id = c.template_id and t.deleted_at is null
    where c.id = ${commentId}::uuid for update of c`);
  if (!found) throw gone();
  const { userId } = member.scope;
  if (found.authorId !== userId && !isModerator(member))
    throw new AppError("forbidden", "This comment is somebody else's: they, or an admin, can delete it.");
  await tx.execute(sql`delete from template_comments where id = ${commentId}::uuid`);
  await recordAct(tx, {
    ...{ actorId: userId, action: "template.comment_removed" },
    ...{ resourceType: "template", resourceId: found.templateId },
    before: { commentId, authorId: found.authorId },
  });
}

const gone = () =>
  new AppError("not_found", "This comment is not there any more. Reload to see those that are.");

async function headOf(tx: TenantTx, id: string): Promise<{ name: string; createdBy: string | null }> {
  const [found] = await tx.execute<{ name: string; createdBy: string | null }>(sql`
    select name, created_by as "createdBy" from templates where id = ${id}::uuid and deleted_at is null`);
  if (!found) throw new AppError("not_found", "There is no such template.");
  return found;
}
