import { desc, sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import type { Scope } from "#db/tenancy";
import { sessions } from "#db/schema/users";
import type { TenantRole, WorkspaceRole } from "#server/permissions";

export type Session = {
  id: string;
  user: { id: string; email: string; name: string; isOperator: boolean };
};

/** A person in one workspace. `role` is null for an owner or admin of the organization who has none there. */
export type Member = {
  role: WorkspaceRole | null;
  tenantRoles: TenantRole[];
  workspace: {
    id: string;
    slug: string;
    name: string;
    timezone: string;
    tenantId: string;
    tenantName: string;
  };
  scope: Scope & { userId: string };
};

/** `untouched`: the session has not been marked as used for five minutes. */
export type Identity = { session: Session | null; member: Member | null; untouched: boolean };

const nobody: Identity = { session: null, member: null, untouched: false };

type IdentityRow = {
  user_id: string;
  email: string;
  name: string;
  is_operator: boolean;
  untouched: boolean;
  tenant_id: string | null;
  tenant_name: string;
  tenant_roles: TenantRole[];
  workspace_id: string;
  slug: string;
  workspace_name: string;
  timezone: string;
  role: WorkspaceRole | null;
};

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Who holds this session, and what they are in the workspace of this slug: one query. Both halves are null when the
 * session has ended; `member` is null when the workspace does not exist or is somebody else's.
 */
export async function findIdentity(
  sessionId: string | null,
  workspaceSlug: string | null,
): Promise<Identity> {
  if (!sessionId || !uuidShape.test(sessionId)) return nobody;
  const [row] = await withoutTenant((tx) =>
    tx.execute<IdentityRow>(sql`
      select s.user_id, s.email, s.name, s.is_operator,
        s.last_seen_at < app_now() - interval '5 minutes' as untouched, m.tenant_id, m.tenant_name, m.tenant_roles,
        m.workspace_id, m.slug, m.name as workspace_name, m.timezone, m.role
      from auth_session(${sessionId}::uuid, null) s
      left join lateral auth_membership(s.user_id, ${workspaceSlug}::text) m on true`),
  );
  if (!row) return nobody;
  const user = { id: row.user_id, email: row.email, name: row.name, isOperator: row.is_operator };
  return { session: { id: sessionId, user }, member: memberOf(row), untouched: row.untouched };
}

function memberOf(row: IdentityRow): Member | null {
  if (!row.tenant_id) return null;
  return {
    role: row.role,
    tenantRoles: row.tenant_roles,
    workspace: {
      id: row.workspace_id,
      slug: row.slug,
      name: row.workspace_name,
      timezone: row.timezone,
      tenantId: row.tenant_id,
      tenantName: row.tenant_name,
    },
    scope: { tenantId: row.tenant_id, workspaceId: row.workspace_id, userId: row.user_id },
  };
}

/** The user's live sign-ins, the most recently used first. */
export async function listSessions(userId: string) {
  return withoutTenant((tx) =>
    tx
      .select({
        id: sessions.id,
        ip: sessions.ip,
        userAgent: sessions.userAgent,
        lastSeenAt: sessions.lastSeenAt,
        createdAt: sessions.createdAt,
      })
      .from(sessions)
      .where(
        sql`${sessions.userId} = ${userId} and ${sessions.revokedAt} is null and ${sessions.expiresAt} > app_now()
          and ${sessions.lastSeenAt} > app_now()
            - make_interval(hours => (select r.session_timeout_hours from auth_rules(${userId}::uuid) r))`,
      )
      .orderBy(desc(sessions.lastSeenAt)),
  );
}
