import { addMember, changeRole, removeMember } from "#server/members/mutations";
import { changeTenantRole, removeFromOrganization } from "#server/members/organization";
import { listCandidates, listMembers, listOrganizationMembers } from "#server/members/queries";
import {
  addMemberInput,
  changeRoleInput,
  changeTenantRoleInput,
  removeMemberInput,
} from "#server/members/schema";
import { allowed, organization, router } from "#server/trpc";

export const membersRouter = router({
  list: allowed("campaigns:read").query(({ ctx }) =>
    ctx.tenant((tx) => listMembers(tx, ctx.member.workspace.id)),
  ),
  candidates: allowed("workspace:members").query(({ ctx }) =>
    ctx.tenant((tx) => listCandidates(tx, ctx.member.workspace.id)),
  ),
  add: allowed("workspace:members")
    .input(addMemberInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => addMember(tx, ctx.member, input))),
  changeRole: allowed("workspace:members")
    .input(changeRoleInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => changeRole(tx, ctx.member, input))),
  remove: allowed("workspace:members")
    .input(removeMemberInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeMember(tx, ctx.member, input))),

  listOrganization: organization("organization:members").query(({ ctx }) =>
    ctx.tenant(listOrganizationMembers),
  ),
  changeTenantRole: organization("organization:members")
    .input(changeTenantRoleInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => changeTenantRole(tx, ctx.member, input))),
  removeFromOrganization: organization("organization:members")
    .input(removeMemberInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeFromOrganization(tx, ctx.member, input))),
});
