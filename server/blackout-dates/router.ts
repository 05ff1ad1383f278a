import { commitThenSend } from "#server/drivers/events";
import { allowed, router } from "#server/trpc";
import { createBlackout, removeBlackout } from "./mutations.ts";
import { listBlackouts } from "./queries.ts";
import { blackoutInput, blackoutRef } from "./schema.ts";
import { listScopeChoices } from "./scope.ts";

export const blackoutDatesRouter = router({
  list: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listBlackouts)),
  campaigns: allowed("workspace:settings").query(({ ctx }) => ctx.tenant(listScopeChoices)),

  create: allowed("workspace:settings")
    .input(blackoutInput)
    .mutation(({ ctx, input }) => {
      const { tenantId, id: workspaceId } = ctx.member.workspace;
      const by = { scope: { tenantId, workspaceId }, userId: ctx.session.user.id };
      return commitThenSend(ctx.member.scope, (tx) => createBlackout(tx, by, input));
    }),
  remove: allowed("workspace:settings")
    .input(blackoutRef)
    .mutation(({ ctx, input }) => {
      const { tenantId, id: workspaceId } = ctx.member.workspace;
      const by = { scope: { tenantId, workspaceId }, userId: ctx.session.user.id };
      return commitThenSend(ctx.member.scope, (tx) => removeBlackout(tx, by, input.id));
    }),
});
