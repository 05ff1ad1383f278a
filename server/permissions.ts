/** A workspace's role; `null` belongs to somebody who reaches it through the organization only. */
export type WorkspaceRole = "admin" | "member" | "viewer";
export type TenantRole = "owner" | "admin" | "member";

export const workspaceRoles = ["admin", "member", "viewer"] as const satisfies WorkspaceRole[];
export const tenantRoles = ["owner", "admin", "member"] as const satisfies TenantRole[];

const viewer = ["contacts:read", "campaigns:read", "analytics:read"] as const;
const member = [
  ...viewer,
  "contacts:write",
  "segments:write",
  "templates:write",
  "campaigns:write",
  "campaigns:launch",
] as const;
const workspaceAdmin = [
  ...member,
  "contacts:delete",
  "contacts:export",
  "imports:undo",
  "mailboxes:write",
  "suppressions:remove",
  "workspace:settings",
  "workspace:members",
] as const;
const organizationAdmin = [
  ...workspaceAdmin,
  "workspaces:create",
  "organization:members",
  "organization:settings",
] as const;

export type Permission = (typeof organizationAdmin)[number];

const byWorkspaceRole: Record<WorkspaceRole, ReadonlySet<string>> = {
  viewer: new Set(viewer),
  member: new Set(member),
  admin: new Set(workspaceAdmin),
};
const everything: ReadonlySet<string> = new Set(organizationAdmin);

/** Who is asking: the role in the workspace (if any) and the roles in the organization. */
export type Roles = { role: WorkspaceRole | null; tenantRoles: TenantRole[] };

/** Owners and admins of the organization hold every permission in each of its workspaces. */
export function grants({ role, tenantRoles }: Roles, permission: Permission): boolean {
  if (isOrganizationAdmin(tenantRoles)) return everything.has(permission);
  return role !== null && byWorkspaceRole[role].has(permission);
}

/** The permissions somebody holds, for pages that hide what would be refused. */
export function permissionsOf(roles: Roles): Permission[] {
  return organizationAdmin.filter((permission) => grants(roles, permission));
}

/** True for owners and admins of the organization. */
export function isOrganizationAdmin(roles: TenantRole[]): boolean {
  return roles.includes("owner") || roles.includes("admin");
}
