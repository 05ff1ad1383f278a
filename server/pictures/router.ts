import { allowed, router } from "#server/trpc";
import { addPicture, describePicture } from "./mutations.ts";
import { listPictures } from "./queries.ts";
import { pictureAltInput, pictureInput, pictureListInput } from "./schema.ts";

const writes = allowed("templates:write");

export const picturesRouter = router({
  list: allowed("campaigns:read")
    .input(pictureListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listPictures(tx, { ...input, scope: ctx.member.scope }))),
  add: writes
    .input(pictureInput)
    .mutation(({ ctx, input }) => addPicture(ctx.member.scope, { ...input, userId: ctx.session.user.id })),
  describe: writes
    .input(pictureAltInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => describePicture(tx, input))),
});
