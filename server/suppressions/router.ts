import { allowed, router } from "#server/trpc";
import { addSuppressions, removeSuppression } from "./mutations.ts";
import { listSuppressions } from "./queries.ts";
import { suppressionAddInput, suppressionListInput, suppressionRemoveInput } from "./schema.ts";

export const suppressionsRouter = router({
  list: allowed("contacts:read")
    .input(suppressionListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listSuppressions(tx, input))),
  add: allowed("contacts:write")
    .input(suppressionAddInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => addSuppressions(tx, ctx.session.user.id, input))),
  remove: allowed("suppressions:remove")
    .input(suppressionRemoveInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeSuppression(tx, ctx.session.user.id, input.id))),
});
