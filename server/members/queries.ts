import { and, asc, eq, sql } from "drizzle-orm";
import { tenantUsers } from "#db/schema/tenants";
import { users } from "#db/schema/users";
import { workspaceMembers, workspaces } from "#db/schema/workspaces";
import type { TenantTx } from "#db/tenancy";

/**
 * Everybody who reaches the workspace, by name: its members, and the organization's owners and admins, whose `role` is
 * null unless they are members too.
 */
export async function listMembers(tx: TenantTx, workspaceId: string) {
  return tx
    .select({
      userId: tenantUsers.userId,
      name: users.name,
      email: users.email,
      role: workspaceMembers.role,
      tenantRoles: tenantUsers.roles,
      since: sql<Date>`coalesce(${workspaceMembers.createdAt}, ${tenantUsers.createdAt})`,
    })
    .from(tenantUsers)
    .innerJoin(users, eq(users.id, tenantUsers.userId))
    .leftJoin(
      workspaceMembers,
      and(eq(workspaceMembers.userId, tenantUsers.userId), eq(workspaceMembers.workspaceId, workspaceId)),
    )
    .where(sql`${workspaceMembers.userId} is not null or ${tenantUsers.roles} && array['owner', 'admin']`)
    .orderBy(asc(users.name), asc(users.id));
}

/** People of the organization who are not members of the workspace yet, for adding them. */
export async function listCandidates(tx: TenantTx, workspaceId: string) {
  return tx
    .select({ userId: tenantUsers.userId, name: users.name, email: users.email })
    .from(tenantUsers)
    .innerJoin(users, eq(users.id, tenantUsers.userId))
    .where(
      sql`not exists (select from ${workspaceMembers}
        where ${workspaceMembers.userId} = ${tenantUsers.userId} and ${workspaceMembers.workspaceId} = ${workspaceId})`,
    )
    .orderBy(asc(users.name), asc(users.id));
}

/** Everybody in the organization, with the names of their workspaces. */
export async function listOrganizationMembers(tx: TenantTx) {
  return tx
    .select({
      userId: tenantUsers.userId,
      name: users.name,
      email: users.email,
      tenantRoles: tenantUsers.roles,
      workspaces: sql<string[]>`coalesce(array_agg(${workspaces.name} order by ${workspaces.name})
        filter (where ${workspaces.id} is not null), '{}')`,
      since: tenantUsers.createdAt,
    })
    .from(tenantUsers)
    .innerJoin(users, eq(users.id, tenantUsers.userId))
    .leftJoin(workspaceMembers, eq(workspaceMembers.userId, tenantUsers.userId))
    .leftJoin(
      workspaces,
      and(eq(workspaces.id, workspaceMembers.workspaceId), sql`${workspaces.deletedAt} is null`),
    )
    .groupBy(tenantUsers.userId, tenantUsers.tenantId, users.id)
    .orderBy(asc(users.name), asc(users.id));
}
