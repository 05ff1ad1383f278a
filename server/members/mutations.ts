import { and, eq, sql } from "drizzle-orm";
import { violates } from "#db/errors";
import { tenantUsers } from "#db/schema/tenants";
import { workspaceMembers } from "#db/schema/workspaces";
import type { TenantTx } from "#db/tenancy";
import type { Member } from "#server/accounts/queries";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import type { WorkspaceRole } from "#server/permissions";
import type { ChangeRoleInput } from "#server/members/schema";

const noSuchMember = () => new AppError("not_found", "There is no such member.");

/** Locks the workspace's member rows, so that two admins removing each other at once cannot both succeed. */
async function lockRoles(tx: TenantTx, workspaceId: string): Promise<Map<string, WorkspaceRole>> {
  const rows = await tx
    .select({ userId: workspaceMembers.userId, role: workspaceMembers.role })
    .from(workspaceMembers)
    .where(eq(workspaceMembers.workspaceId, workspaceId))
    .orderBy(workspaceMembers.userId)
    .for("update");
  return new Map(rows.map(({ userId, role }) => [userId, role]));
}

function keepAnAdmin(roles: Map<string, WorkspaceRole>, leaving: string) {
  const others = [...roles].filter(([userId, role]) => role === "admin" && userId !== leaving);
  if (roles.get(leaving) === "admin" && others.length === 0)
    throw new AppError("conflict", "A workspace needs an admin. Make somebody else an admin first.");
}

/** Adds somebody of the organization to the workspace. @throws AppError `not_found`, `conflict` */
export async function addMember(
  tx: TenantTx,
  member: Member,
  { userId, role }: ChangeRoleInput,
): Promise<void> {
  const { id: workspaceId } = member.workspace;
  const [person] = await tx
    .select({ userId: tenantUsers.userId })
    .from(tenantUsers)
    .where(and(eq(tenantUsers.userId, userId), eq(tenantUsers.tenantId, member.scope.tenantId)));
  if (!person) throw noSuchMember();
  try {
    await tx.insert(workspaceMembers).values({ workspaceId, userId, role });
  } catch (error) {
    if (!violates(error, "workspace_members_pkey")) throw error;
    throw new AppError("conflict", "This person is a member already.", {}, { cause: error });
  }
  await record(tx, member, "member.added", userId, undefined, { role });
}

/** @throws AppError `not_found`; `conflict` when it would take the last admin's role */
export async function changeRole(
  tx: TenantTx,
  member: Member,
  { userId, role }: ChangeRoleInput,
): Promise<void> {
  const { id: workspaceId } = member.workspace;
  const roles = await lockRoles(tx, workspaceId);
  const before = roles.get(userId);
  if (!before) throw noSuchMember();
  if (before === role) return;
  keepAnAdmin(roles, userId);
  await tx
    .update(workspaceMembers)
    .set({ role, updatedAt: sql`app_now()` })
    .where(and(eq(workspaceMembers.workspaceId, workspaceId), eq(workspaceMembers.userId, userId)));
  await record(tx, member, "member.role-changed", userId, { role: before }, { role });
}

/** Takes somebody out of the workspace; they stay in the organization. @throws AppError `not_found`, `conflict` */
export async function removeMember(
  tx: TenantTx,
  member: Member,
  { userId }: { userId: string },
): Promise<void> {
  const { id: workspaceId } = member.workspace;
  const roles = await lockRoles(tx, workspaceId);
  const role = roles.get(userId);
  if (!role) throw noSuchMember();
  keepAnAdmin(roles, userId);
  await tx
    .delete(workspaceMembers)
    .where(and(eq(workspaceMembers.workspaceId, workspaceId), eq(workspaceMembers.userId, userId)));
  await record(tx, member, "member.removed", userId, { role }, undefined);
}

type Values = Record<string, unknown> | undefined;

function record(tx: TenantTx, member: Member, action: string, userId: string, before: Values, after: Values) {
  return recordAct(tx, {
    actorId: member.scope.userId,
    action,
    resourceType: "member",
    resourceId: userId,
    workspaceId: member.workspace.id,
    before,
    after,
  });
}
