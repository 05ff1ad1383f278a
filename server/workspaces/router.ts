import { permissionsOf } from "#server/permissions";
import { allowed, organization, router, signedInProcedure } from "#server/trpc";
import { createWorkspace, renameOrganization, updateWorkspace } from "#server/workspaces/mutations";
import { getOrganization, getWorkspaceSettings, listWorkspacesOf } from "#server/workspaces/queries";
import {
  createWorkspaceInput,
  organizationSettingsInput,
  workspaceSettingsInput,
} from "#server/workspaces/schema";

export const workspacesRouter = router({
  list: signedInProcedure.query(({ ctx }) => listWorkspacesOf(ctx.session.user.id)),

  /** The workspace of the URL as the shell shows it: names, the person, and what they may do. */
  current: allowed("analytics:read").query(({ ctx }) => ({
    workspace: ctx.member.workspace,
    user: ctx.session.user,
    role: ctx.member.role,
    tenantRoles: ctx.member.tenantRoles,
    permissions: permissionsOf(ctx.member),
  })),

  settings: allowed("analytics:read").query(({ ctx }) =>
    ctx.tenant((tx) => getWorkspaceSettings(tx, ctx.member.workspace.id)),
  ),

  update: allowed("workspace:settings")
    .input(workspaceSettingsInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateWorkspace(tx, ctx.member, input))),

  create: organization("workspaces:create")
    .input(createWorkspaceInput)
    .mutation(({ ctx, input }) => createWorkspace(ctx.member, input)),

  organization: organization("organization:settings").query(({ ctx }) => ctx.tenant(getOrganization)),

  renameOrganization: organization("organization:settings")
    .input(organizationSettingsInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => renameOrganization(tx, ctx.member, input))),
});
