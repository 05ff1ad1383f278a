import { listTags } from "#server/tags/queries";
import { allowed, router } from "#server/trpc";
import { createSegment, deleteSegment, updateSegment } from "./mutations.ts";
import { listCampaignChoices, listChoices, listFieldChoices, listImportChoices } from "./choices.ts";
import { countSegments, getSegment, listSegments, matchRules, usesOf } from "./queries.ts";
import { rulesInput, segmentInput, segmentRef, segmentRefs, segmentUpdate } from "./schema.ts";

export const segmentsRouter = router({
  list: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => listSegments(tx, "dynamic"))),
  byId: allowed("contacts:read")
    .input(segmentRef)
    .query(({ ctx, input }) =>
      ctx.tenant(async (tx) => ({ ...(await getSegment(tx, input.id)), uses: await usesOf(tx, input.id) })),
    ),
  /** Lists and segments for a picker. */
  choices: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => listChoices(tx))),
  /** How many contacts segments hold now. */
  counts: allowed("contacts:read")
    .input(segmentRefs)
    .query(({ ctx, input }) => ctx.tenant((tx) => countSegments(tx, input.ids))),
  /** What rules can name: tags, custom fields, lists, segments, campaigns and imports of the workspace. */
  vocabulary: allowed("contacts:read").query(({ ctx }) =>
    ctx.tenant(async (tx) => ({
      tags: await listTags(tx),
      customFields: await listFieldChoices(tx),
      choices: await listChoices(tx),
      campaigns: await listCampaignChoices(tx),
      imports: await listImportChoices(tx),
    })),
  ),
  /** How many contacts rules match now, with a sample: the live count of the builder. */
  match: allowed("contacts:read")
    .input(rulesInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => matchRules(tx, input.rules))),
  create: allowed("segments:write")
    .input(segmentInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createSegment(tx, input, ctx.session.user.id))),
  update: allowed("segments:write")
    .input(segmentUpdate)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateSegment(tx, input, ctx.session.user.id))),
  delete: allowed("segments:write")
    .input(segmentRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => deleteSegment(tx, input.id, ctx.session.user.id))),
});
