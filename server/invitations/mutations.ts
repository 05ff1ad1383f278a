import { and, eq, sql } from "drizzle-orm";
import { v7 } from "uuid";
import { tenantUsers } from "#db/schema/tenants";
import { invitations, workspaceMembers, workspaces } from "#db/schema/workspaces";
import { withTenant, type TenantTx } from "#db/tenancy";
import type { Member, Session } from "#server/accounts/queries";
import { hashPassword } from "#server/accounts/passwords";
import { insertUser } from "#server/accounts/registration";
import { demandPassword, findPasswordRulesOfTenant } from "#server/accounts/rules";
import { normalizedEmail } from "#server/accounts/schema";
import { hashToken, newToken } from "#server/accounts/tokens";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { getOpenInvitation, type OpenInvitation } from "#server/invitations/queries";
import { invitationDays, type InviteInput, type JoinInput } from "#server/invitations/schema";

/**
 * Invites somebody into the member's workspace. An earlier open invitation of the same address is replaced, and its
 * workspaces carried over. The token is not stored: this is the only time it can be shown.
 * @throws AppError `conflict` when the address belongs to somebody of the organization
 */
export async function createInvitation(tx: TenantTx, member: Member, { email, role }: InviteInput) {
  const address = normalizedEmail(email);
  const [present] = await tx
    .select({ id: tenantUsers.userId })
    .from(tenantUsers)
    .where(eq(tenantUsers.email, address));
  if (present) {
    const message = `${address} belongs to your organization already. Add them to the workspace instead.`;
    throw new AppError("conflict", message, { email: message });
  }
  const [replaced] = await tx
    .update(invitations)
    .set({ status: "revoked", updatedAt: sql`app_now()` })
    .where(and(eq(invitations.email, address), eq(invitations.status, "pending")))
    .returning({ workspaceIds: invitations.workspaceIds });
  const token = newToken();
  const [created] = await tx
    .insert(invitations)
    .values({
      email: address,
      workspaceRole: role,
      workspaceIds: [...new Set([...(replaced?.workspaceIds ?? []), member.workspace.id])],
      tokenHash: hashToken(token),
      invitedBy: member.scope.userId,
      expiresAt: sql`app_now() + make_interval(days => ${invitationDays})`,
    })
    .returning({ id: invitations.id });
  if (!created) throw new Error("The invitation was not inserted.");
  await recordAct(tx, {
    actorId: member.scope.userId,
    action: "invitation.created",
    resourceType: "invitation",
    resourceId: created.id,
    workspaceId: member.workspace.id,
    after: { email: address, role },
  });
  return { id: created.id, email: address, token };
}

/** @throws AppError `not_found` when it was accepted, revoked or never existed */
export async function revokeInvitation(tx: TenantTx, member: Member, { id }: { id: string }): Promise<void> {
  const [revoked] = await tx
    .update(invitations)
    .set({ status: "revoked", updatedAt: sql`app_now()` })
    .where(and(eq(invitations.id, id), eq(invitations.status, "pending")))
    .returning({ email: invitations.email });
  if (!revoked) throw new AppError("not_found", "This invitation is no longer open.");
  await recordAct(tx, {
    actorId: member.scope.userId,
    action: "invitation.revoked",
    resourceType: "invitation",
    resourceId: id,
    before: { email: revoked.email },
  });
}

/**
 * Joins with the account that is signed in. Gives the slug of the workspace to open.
 * @throws AppError `not_found` for a dead link; `forbidden` when it was sent to another address
 */
export async function acceptInvitation({ user }: Session, token: string): Promise<{ slug: string }> {
  const invitation = await getOpenInvitation(token);
  if (normalizedEmail(user.email) !== invitation.email)
    throw new AppError(
      "forbidden",
      `This invitation is for ${invitation.email}, and you are signed in as ${user.email}. Sign in with that address.`,
    );
  return settle(invitation, user.id);
}

/**
 * Registers the invited address and joins. Gives the slug and the address to sign in with.
 * @throws AppError `not_found` for a dead link; `conflict` when the address has an account; `invalid` on `password`
 * when it breaks the organization's rules
 */
export async function joinByInvitation({
  token,
  name,
  password,
}: JoinInput): Promise<{ slug: string; email: string }> {
  const invitation = await getOpenInvitation(token);
  const newUser = { id: v7(), name, email: invitation.email, passwordHash: await hashPassword(password) };
  const { slug } = await settle(invitation, newUser.id, async (tx) => {
    demandPassword(password, await findPasswordRulesOfTenant(tx));
    await insertUser(tx, newUser);
  });
  return { slug, email: invitation.email };
}

async function settle(
  { id, tenantId, email, roles, workspaceRole }: OpenInvitation,
  userId: string,
  before?: (tx: TenantTx) => Promise<void>,
): Promise<{ slug: string }> {
  return withTenant({ tenantId, workspaceId: "*", userId }, async (tx) => {
    await before?.(tx);
    // Of two tabs that accept at once, one finds it accepted.
    const [accepted] = await tx
      .update(invitations)
      .set({ status: "accepted", acceptedBy: userId, acceptedAt: sql`app_now()`, updatedAt: sql`app_now()` })
      .where(
        sql`${invitations.id} = ${id} and ${invitations.status} = 'pending' and ${invitations.expiresAt} > app_now()`,
      )
      .returning({ workspaceIds: invitations.workspaceIds });
    if (!accepted) throw new AppError("not_found", "This invitation has just been used or withdrawn.");
    await tx.insert(tenantUsers).values({ userId, email, roles }).onConflictDoNothing();
    const joined = await tx
      .select({ id: workspaces.id, slug: workspaces.slug })
      .from(workspaces)
      .where(
        sql`${workspaces.id} = any(${sql.param(accepted.workspaceIds)}::uuid[]) and ${workspaces.deletedAt} is null`,
      )
      .orderBy(workspaces.id);
    const [last] = joined.slice(-1);
    if (!last)
      throw new AppError("not_found", "The workspace of this invitation is gone. Ask for a new one.");
    await tx
      .insert(workspaceMembers)
      .values(joined.map((workspace) => ({ workspaceId: workspace.id, userId, role: workspaceRole })))
      .onConflictDoNothing();
    await recordAct(tx, {
      actorId: userId,
      action: "invitation.accepted",
      resourceType: "invitation",
      resourceId: id,
    });
    return { slug: last.slug };
  });
}
