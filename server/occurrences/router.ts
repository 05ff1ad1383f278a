import { allowed, router } from "#server/trpc";
import { listOccurrences, previewSeries } from "./queries.ts";
import { occurrenceListInput, previewInput } from "./schema.ts";

const reads = allowed("campaigns:read");

export const occurrencesRouter = router({
  list: reads
    .input(occurrenceListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listOccurrences(tx, input))),
  preview: reads.input(previewInput).query(({ ctx, input }) => ctx.tenant((tx) => previewSeries(tx, input))),
});
