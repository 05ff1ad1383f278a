import { commitThenSend } from "#server/drivers/events";
import { allowed, router } from "#server/trpc";
import { createPool, removePool, updatePool } from "./mutations.ts";
import { listPools } from "./queries.ts";
import { poolCreateInput, poolRef, poolUpdateInput } from "./schema.ts";

const writes = allowed("mailboxes:write");

export const poolsRouter = router({
  list: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listPools)),
  create: writes
    .input(poolCreateInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createPool(tx, ctx.session.user.id, input))),
  update: writes.input(poolUpdateInput).mutation(({ ctx, input }) => {
    const { tenantId, id: workspaceId } = ctx.member.workspace;
    const by = { scope: { tenantId, workspaceId }, userId: ctx.session.user.id };
    return commitThenSend(ctx.member.scope, (tx) => updatePool(tx, by, input));
  }),
  remove: writes
    .input(poolRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removePool(tx, ctx.session.user.id, input.id))),
});
