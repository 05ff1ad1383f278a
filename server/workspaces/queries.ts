import { eq, sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { tenants } from "#db/schema/tenants";
import { workspaces } from "#db/schema/workspaces";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import type { TenantRole, WorkspaceRole } from "#server/permissions";

export type WorkspaceSummary = {
  id: string;
  slug: string;
  name: string;
  tenantId: string;
  tenantName: string;
  tenantRoles: TenantRole[];
  role: WorkspaceRole | null;
};

type Row = {
  workspace_id: string;
  slug: string;
  name: string;
  tenant_id: string;
  tenant_name: string;
  tenant_roles: TenantRole[];
  role: WorkspaceRole | null;
};

/** Every workspace this person reaches, in all organizations, by organization and name. */
export async function listWorkspacesOf(userId: string): Promise<WorkspaceSummary[]> {
  const rows = await withoutTenant((tx) =>
    tx.execute<Row>(sql`
      select workspace_id, slug, name, tenant_id, tenant_name, tenant_roles, role
      from auth_workspaces(${userId}::uuid) order by tenant_name, tenant_id, name, workspace_id`),
  );
  return rows.map((row) => ({
    id: row.workspace_id,
    slug: row.slug,
    name: row.name,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    tenantRoles: row.tenant_roles,
    role: row.role,
  }));
}

/** The settings of the transaction's workspace. @throws AppError `not_found` */
export async function getWorkspaceSettings(tx: TenantTx, workspaceId: string) {
  const [row] = await tx
    .select({
      id: workspaces.id,
      name: workspaces.name,
      slug: workspaces.slug,
      timezone: workspaces.timezone,
      postalAddress: workspaces.postalAddress,
      createdAt: workspaces.createdAt,
    })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId));
  if (!row) throw new AppError("not_found", "There is no such workspace.");
  return row;
}

/** The organization with its workspaces. @throws AppError `not_found` */
export async function getOrganization(tx: TenantTx) {
  const [row] = await tx
    .select({ id: tenants.id, name: tenants.name, createdAt: tenants.createdAt })
    .from(tenants);
  if (!row) throw new AppError("not_found", "There is no such organization.");
  const rows = await tx
    .select({
      id: workspaces.id,
      name: workspaces.name,
      slug: workspaces.slug,
      members: sql<number>`(select count(*) from workspace_members m where m.workspace_id = ${workspaces.id})`,
      createdAt: workspaces.createdAt,
    })
    .from(workspaces)
    .where(sql`${workspaces.deletedAt} is null`)
    .orderBy(workspaces.name, workspaces.id);
  return { ...row, workspaces: rows };
}
