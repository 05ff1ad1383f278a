import { requireCampaign } from "#server/analytics/queries";
import { allowed, organization, router } from "#server/trpc";
import { getReply, listReplies } from "./listing.ts";
import { getMailRetention, updateMailRetention } from "./retention.ts";
import { mailRetention, replyIdInput, replyListInput } from "./schema.ts";

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

  retention: organization("organization:settings").query(({ ctx }) => ctx.tenant(getMailRetention)),
  updateRetention: organization("organization:settings")
    .input(mailRetention)
    .mutation(({ ctx, input }) => {
      const by = { tenantId: ctx.member.scope.tenantId, userId: ctx.session.user.id };
      return ctx.tenant((tx) => updateMailRetention(tx, by, input));
    }),
});
