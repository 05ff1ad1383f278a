import { requireCampaign } from "#server/analytics/queries";
import { allowed, router } from "#server/trpc";
import { getReply, listReplies } from "./listing.ts";
import { replyIdInput, replyListInput } from "./schema.ts";

export const repliesRouter = router({
  list: allowed("campaigns:read")
    .input(replyListInput)
    .query(({ ctx, input }) =>
      ctx.tenant(async (tx) => {
        await requireCampaign(tx, input.campaignId);
        return listReplies(tx, input);
      }),
    ),
  byId: allowed("campaigns:read")
    .input(replyIdInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => getReply(tx, input.id))),
});
