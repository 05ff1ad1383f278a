import type { Scope } from "#db/tenancy";
import { scoreRefreshEvent } from "#server/drivers/events";
import { announce } from "#server/imports/announce";
import { allowed, router } from "#server/trpc";
import { overrideScore, requestScores, saveModel } from "./mutations.ts";
import { activeModel, findContactScore, getDistribution, getScoring } from "./queries.ts";
import { overrideInput, scoreRef, scoringInput } from "./schema.ts";

/** After the commit: has the scores worked out now, not at the sweeper's next round. */
async function scoreSoon(scope: Scope, modelId: string, fence: number | null): Promise<void> {
  if (fence !== null) await announce(scoreRefreshEvent(scope, modelId, fence));
}

export const scoringRouter = router({
  /** The rules of the score, or those it would begin with while it is off. */
  current: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => getScoring(tx))),
  distribution: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => getDistribution(tx))),
  save: allowed("workspace:settings")
    .input(scoringInput)
    .mutation(async ({ ctx, input }) => {
      const { fence, ...saved } = await ctx.tenant((tx) => saveModel(tx, input, ctx.member.scope));
      await scoreSoon(ctx.member.scope, saved.id, fence);
      return saved;
    }),
  /** Works every score out anew, in the background. */
  refresh: allowed("workspace:settings").mutation(async ({ ctx }) => {
    const { id, fence } = await ctx.tenant(async (tx) => {
      const model = await activeModel(tx);
      return { id: model.id, fence: await requestScores(tx, model.id) };
    });
    await scoreSoon(ctx.member.scope, id, fence);
  }),
  ofContact: allowed("contacts:read")
    .input(scoreRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => findContactScore(tx, input.contactId))),
  /** Sets a score by hand for some days, or takes that back. */
  override: allowed("contacts:write")
    .input(overrideInput)
    .mutation(async ({ ctx, input }) => {
      await ctx.tenant((tx) => overrideScore(tx, input, ctx.member.scope));
    }),
});
