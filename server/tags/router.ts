import { allowed, router } from "#server/trpc";
import { findUndisturbedTag, listTags } from "./queries.ts";
import { undisturbedInput } from "./schema.ts";
import { nameUndisturbedTag } from "./undisturbed.ts";

export const tagsRouter = router({
  list: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => listTags(tx))),

  undisturbed: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(findUndisturbedTag)),
  nameUndisturbed: allowed("workspace:settings")
    .input(undisturbedInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) =>
        nameUndisturbedTag(tx, {
          ...input,
          workspaceId: ctx.member.workspace.id,
          userId: ctx.session.user.id,
        }),
      ),
    ),
});
