import { commitThenSend } from "#server/drivers/events";
import { requireCampaign } from "#server/analytics/queries";
import { allowed, router } from "#server/trpc";
import { listTestDays } from "./days.ts";
import { extendByHand, pickWinner, stopTest } from "./mutations.ts";
import { listTests } from "./results.ts";
import { pickInput, testRef, testsInput } from "./schema.ts";

const launches = allowed("campaigns:launch");

export const abTestsRouter = router({
  list: allowed("analytics:read")
    .input(testsInput)
    .query(({ ctx, input: { campaignId } }) =>
      ctx.tenant(async (tx) => {
        await requireCampaign(tx, campaignId);
        return listTests(tx, campaignId);
      }),
    ),
  days: allowed("analytics:read")
    .input(testRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => listTestDays(tx, input.id))),
  pick: launches
    .input(pickInput)
    .mutation(({ ctx, input }) =>
      commitThenSend(ctx.member.scope, (tx) => pickWinner(tx, { ...input, userId: ctx.session.user.id })),
    ),
  extend: launches
    .input(testRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => extendByHand(tx, { ...input, userId: ctx.session.user.id })),
    ),
  stop: launches
    .input(testRef)
    .mutation(({ ctx, input }) =>
      commitThenSend(ctx.member.scope, (tx) => stopTest(tx, { ...input, userId: ctx.session.user.id })),
    ),
});
