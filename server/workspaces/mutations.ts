import { eq, sql } from "drizzle-orm";
import { v7 } from "uuid";
import { tenants } from "#db/schema/tenants";
import { workspaceMembers, workspaces } from "#db/schema/workspaces";
import { withTenant, type Scope, type TenantTx } from "#db/tenancy";
import type { Member } from "#server/accounts/queries";
import { recordAct } from "#server/audit";
import { insertSandboxMailbox } from "#server/mailboxes/mutations";
import type { CreateWorkspaceInput, WorkspaceSettingsInput } from "#server/workspaces/schema";
import { slugCandidates } from "#server/workspaces/slug";

type NewWorkspace = { name: string; timezone: string };

/**
 * Inserts the workspace of the transaction's scope under the first free slug, with its creator as admin and a sender
 * that works at once. Gives the slug.
 */
export async function insertWorkspace(
  tx: TenantTx,
  { workspaceId, userId }: Scope & { userId: string },
  { name, timezone }: NewWorkspace,
): Promise<string> {
  const slug = await insertWithFreeSlug(tx, workspaceId, { name, timezone });
  await tx.insert(workspaceMembers).values({ workspaceId, userId, role: "admin" });
  await insertSandboxMailbox(tx);
  await recordAct(tx, {
    actorId: userId,
    action: "workspace.created",
    resourceType: "workspace",
    resourceId: workspaceId,
    workspaceId,
    after: { name, slug },
  });
  return slug;
}

// Another organization's slug is invisible here, so it cannot be looked up: the unique index decides.
async function insertWithFreeSlug(
  tx: TenantTx,
  id: string,
  { name, timezone }: NewWorkspace,
): Promise<string> {
  for (const slug of slugCandidates(name)) {
    const [taken] = await tx
      .insert(workspaces)
      .values({ id, name, slug, timezone })
      .onConflictDoNothing({ target: workspaces.slug })
      .returning({ slug: workspaces.slug });
    if (taken) return taken.slug;
  }
  throw new Error(`No free slug was found for ${JSON.stringify(name)}.`);
}

/** A further workspace in the member's organization; its own transaction, since the scope is the new workspace. */
export async function createWorkspace(
  member: Member,
  input: CreateWorkspaceInput,
): Promise<{ slug: string }> {
  const scope = { ...member.scope, workspaceId: v7() };
  return { slug: await withTenant(scope, (tx) => insertWorkspace(tx, scope, input)) };
}

/** The slug stays when the name changes: links and bookmarks go on working. */
export async function updateWorkspace(
  tx: TenantTx,
  member: Member,
  input: WorkspaceSettingsInput,
): Promise<void> {
  const { id } = member.workspace;
  const [before] = await tx
    .select({ name: workspaces.name, timezone: workspaces.timezone, postalAddress: workspaces.postalAddress })
    .from(workspaces)
    .where(eq(workspaces.id, id))
    .for("update");
  const after = { name: input.name, timezone: input.timezone, postalAddress: input.postalAddress || null };
  await tx
    .update(workspaces)
    .set({ ...after, updatedAt: sql`app_now()` })
    .where(eq(workspaces.id, id));
  await recordAct(tx, {
    actorId: member.scope.userId,
    action: "workspace.updated",
    resourceType: "workspace",
    resourceId: id,
    workspaceId: id,
    before,
    after,
  });
}

export async function renameOrganization(
  tx: TenantTx,
  member: Member,
  { name }: { name: string },
): Promise<void> {
  const { tenantId } = member.scope;
  const [before] = await tx.select({ name: tenants.name }).from(tenants).for("update");
  await tx
    .update(tenants)
    .set({ name, updatedAt: sql`app_now()` })
    .where(eq(tenants.id, tenantId));
  await recordAct(tx, {
    actorId: member.scope.userId,
    action: "organization.updated",
    resourceType: "organization",
    resourceId: tenantId,
    before,
    after: { name },
  });
}
