import { desc, eq, sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { users } from "#db/schema/users";
import { invitations } from "#db/schema/workspaces";
import type { TenantTx } from "#db/tenancy";
import { hashToken } from "#server/accounts/tokens";
import { AppError } from "#server/errors";
import type { TenantRole, WorkspaceRole } from "#server/permissions";

/** Invitations to the organization that can still be accepted, the newest first. */
export async function listInvitations(tx: TenantTx) {
  return tx
    .select({
      id: invitations.id,
      email: invitations.email,
      role: invitations.workspaceRole,
      workspaceIds: invitations.workspaceIds,
      invitedBy: users.name,
      createdAt: invitations.createdAt,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .leftJoin(users, eq(users.id, invitations.invitedBy))
    .where(sql`${invitations.status} = 'pending' and ${invitations.expiresAt} > app_now()`)
    .orderBy(desc(invitations.id));
}

export type OpenInvitation = {
  id: string;
  tenantId: string;
  tenantName: string;
  email: string;
  roles: TenantRole[];
  workspaceRole: WorkspaceRole;
  workspaceIds: string[];
  invitedByName: string | null;
  /** Whether somebody with this address can sign in already. */
  hasAccount: boolean;
};

type Row = {
  id: string;
  tenant_id: string;
  tenant_name: string;
  email: string;
  roles: TenantRole[];
  workspace_role: WorkspaceRole;
  workspace_ids: string[];
  invited_by_name: string | null;
};

/**
 * The invitation behind a link, before any tenant is known.
 * @throws AppError `not_found` when the token is unknown, revoked, used or older than seven days
 */
export async function getOpenInvitation(token: string): Promise<OpenInvitation> {
  const [row, hasAccount] = await withoutTenant(async (tx) => {
    const [found] = await tx.execute<Row>(sql`
      select id, tenant_id, tenant_name, email, roles, workspace_role, workspace_ids, invited_by_name
      from auth_invitation(${hashToken(token)}) where status = 'pending' and expires_at > app_now()`);
    if (!found) return [undefined, false] as const;
    const [account] = await tx
      .select({ id: users.id })
      .from(users)
      .where(sql`lower(${users.email}) = ${found.email} and ${users.deletedAt} is null`);
    return [found, account !== undefined] as const;
  });
  if (!row)
    throw new AppError(
      "not_found",
      "This invitation was withdrawn, used, or is older than seven days. Ask for a new one.",
    );
  return {
    id: row.id,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    email: row.email,
    roles: row.roles,
    workspaceRole: row.workspace_role,
    workspaceIds: row.workspace_ids,
    invitedByName: row.invited_by_name,
    hasAccount,
  };
}
