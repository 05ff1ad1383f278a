import { allowed, router } from "#server/trpc";
import { launchByHand } from "./by-hand.ts";
import { listOccurrences, previewSeries } from "./queries.ts";
import { byHandInput, occurrenceListInput, previewInput } from "./schema.ts";

const reads = allowed("campaigns:read");

export const occurrencesRouter = router({
  list: reads
    .input(occurrenceListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listOccurrences(tx, input))),
  preview: reads.input(previewInput).query(({ ctx, input }) => ctx.tenant((tx) => previewSeries(tx, input))),
  launchByHand: allowed("campaigns:launch")
    .input(byHandInput)
    .mutation(({ ctx, input: { id, number } }) =>
      launchByHand({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }, number),
    ),
});
