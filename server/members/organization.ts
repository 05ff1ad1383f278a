import { and, eq, inArray, sql } from "drizzle-orm";
import { tenantUsers } from "#db/schema/tenants";
import { sessions } from "#db/schema/users";
import { workspaceMembers } from "#db/schema/workspaces";
import type { TenantTx } from "#db/tenancy";
import type { Member } from "#server/accounts/queries";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import type { ChangeTenantRoleInput } from "#server/members/schema";
import type { TenantRole } from "#server/permissions";

/** Locks the organization's people and gives the roles of all, or throws unless `member` may touch `userId`'s. */
async function lockRolesFor(tx: TenantTx, member: Member, userId: string, wanted?: TenantRole) {
  const rows = await tx
    .select({ userId: tenantUsers.userId, roles: tenantUsers.roles })
    .from(tenantUsers)
    .where(eq(tenantUsers.tenantId, member.scope.tenantId))
    .orderBy(tenantUsers.userId)
    .for("update");
  const before = rows.find((row) => row.userId === userId)?.roles;
  if (!before) throw new AppError("not_found", "There is no such person in the organization.");
  const touchesOwner = wanted === "owner" || before.includes("owner");
  if (touchesOwner && !member.tenantRoles.includes("owner"))
    throw new AppError("forbidden", "Only an owner can make, change or remove an owner.");
  const owners = rows.filter((row) => row.roles.includes("owner") && row.userId !== userId);
  if (before.includes("owner") && wanted !== "owner" && owners.length === 0)
    throw new AppError("conflict", "An organization needs an owner. Make somebody else an owner first.");
  return before;
}

/** @throws AppError `not_found`; `forbidden` when an admin touches an owner; `conflict` for the last owner */
export async function changeTenantRole(
  tx: TenantTx,
  member: Member,
  { userId, role }: ChangeTenantRoleInput,
) {
  const before = await lockRolesFor(tx, member, userId, role);
  await tx
    .update(tenantUsers)
    .set({ roles: [role], updatedAt: sql`app_now()` })
    .where(and(eq(tenantUsers.tenantId, member.scope.tenantId), eq(tenantUsers.userId, userId)));
  await recordAct(tx, {
    actorId: member.scope.userId,
    action: "organization-member.role-changed",
    resourceType: "member",
    resourceId: userId,
    before: { roles: before },
    after: { roles: [role] },
  });
}

/**
 * Takes somebody out of the organization and all its workspaces, and signs them out everywhere.
 * @throws AppError `not_found`; `forbidden` when an admin removes an owner; `conflict` for the last owner, and for the
 * last admin of a workspace
 */
export async function removeFromOrganization(tx: TenantTx, member: Member, { userId }: { userId: string }) {
  const before = await lockRolesFor(tx, member, userId);
  await keepAdminsEverywhere(tx, userId);
  await tx.delete(workspaceMembers).where(eq(workspaceMembers.userId, userId));
  await tx
    .delete(tenantUsers)
    .where(and(eq(tenantUsers.tenantId, member.scope.tenantId), eq(tenantUsers.userId, userId)));
  await tx.delete(sessions).where(eq(sessions.userId, userId));
  await recordAct(tx, {
    actorId: member.scope.userId,
    action: "organization-member.removed",
    resourceType: "member",
    resourceId: userId,
    before: { roles: before },
  });
}

async function keepAdminsEverywhere(tx: TenantTx, userId: string) {
  const theirs = tx
    .select({ id: workspaceMembers.workspaceId })
    .from(workspaceMembers)
    .where(and(eq(workspaceMembers.userId, userId), eq(workspaceMembers.role, "admin")));
  const admins = await tx
    .select({ workspaceId: workspaceMembers.workspaceId, userId: workspaceMembers.userId })
    .from(workspaceMembers)
    .where(and(inArray(workspaceMembers.workspaceId, theirs), eq(workspaceMembers.role, "admin")))
    .orderBy(workspaceMembers.workspaceId, workspaceMembers.userId)
    .for("update");
  const byWorkspace = Map.groupBy(admins, (row) => row.workspaceId);
  if ([...byWorkspace.values()].some((rows) => rows.length === 1))
    throw new AppError(
      "conflict",
      "This person is the only admin of a workspace. Make somebody else its admin first.",
    );
}
