import { commitThenSend } from "#server/drivers/events";
import { allowed, organization, router } from "#server/trpc";
import { removeSendingLimit, saveSendingLimit, updateContactCaps } from "./mutations.ts";
import { findContactCaps, listSendingLimits } from "./queries.ts";
import { contactCapsInput, sendingLimitInput, sendingLimitRef } from "./schema.ts";

export const sendingLimitsRouter = router({
  list: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listSendingLimits)),

  save: allowed("workspace:settings")
    .input(sendingLimitInput)
    .mutation(({ ctx, input }) => {
      const { tenantId, id: workspaceId } = ctx.member.workspace;
      const by = { scope: { tenantId, workspaceId }, userId: ctx.session.user.id };
      return commitThenSend(ctx.member.scope, (tx) => saveSendingLimit(tx, by, input));
    }),
  remove: allowed("workspace:settings")
    .input(sendingLimitRef)
    .mutation(({ ctx, input }) => {
      const { tenantId, id: workspaceId } = ctx.member.workspace;
      const by = { scope: { tenantId, workspaceId }, userId: ctx.session.user.id };
      return commitThenSend(ctx.member.scope, (tx) => removeSendingLimit(tx, by, input.id));
    }),

  contactCaps: organization("organization:settings").query(({ ctx }) => ctx.tenant(findContactCaps)),
  updateContactCaps: organization("organization:settings")
    .input(contactCapsInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateContactCaps(tx, ctx.session.user.id, input))),
});
