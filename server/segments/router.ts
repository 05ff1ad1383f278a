import type { Scope } from "#db/tenancy";
import { segmentRefreshEvent } from "#server/drivers/events";
import { announce } from "#server/imports/announce";
import { allowed, router } from "#server/trpc";
import {
  findNames,
  listCampaignChoices,
  listChoices,
  listFieldChoices,
  listImportChoices,
} from "./choices.ts";
import { listSegments } from "./listing.ts";
import { matchRules } from "./match.ts";
import {
  createSegment,
  deleteSegment,
  duplicateSegment,
  refreshSegment,
  updateSegment,
} from "./mutations.ts";
import { getSegment, listMembers, listSizes, usesOf } from "./queries.ts";
import {
  memberListInput,
  namesInput,
  rulesInput,
  segmentInput,
  segmentListInput,
  segmentRef,
  segmentUpdate,
} from "./schema.ts";

/** After the commit: has the members worked out now, not at the sweeper's next round. */
async function refreshSoon(scope: Scope, fence: number | null): Promise<void> {
  if (fence !== null) await announce(segmentRefreshEvent(scope, fence));
}

export const segmentsRouter = router({
  list: allowed("contacts:read")
    .input(segmentListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listSegments(tx, "dynamic", input))),
  byId: allowed("contacts:read")
    .input(segmentRef)
    .query(({ ctx, input }) =>
      ctx.tenant(async (tx) => ({ ...(await getSegment(tx, input.id)), uses: await usesOf(tx, input.id) })),
    ),
  /** Who was in a segment at its last recalculation. */
  members: allowed("contacts:read")
    .input(memberListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listMembers(tx, input))),
  /** The size of a segment, day by day. */
  sizes: allowed("contacts:read")
    .input(segmentRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => listSizes(tx, input.id))),
  /** What a picker finds beyond what it holds. */
  names: allowed("contacts:read")
    .input(namesInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => findNames(tx, input))),
  /** Lists and segments for a picker, the first of each. */
  choices: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => listChoices(tx))),
  /** What rules can name beside tags: custom fields, lists, segments, campaigns and imports of the workspace. */
  vocabulary: allowed("contacts:read").query(({ ctx }) =>
    ctx.tenant(async (tx) => ({
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
    .mutation(async ({ ctx, input }) => {
      const { fence, ...saved } = await ctx.tenant((tx) => createSegment(tx, input, ctx.member.scope));
      await refreshSoon(ctx.member.scope, fence);
      return saved;
    }),
  update: allowed("segments:write")
    .input(segmentUpdate)
    .mutation(async ({ ctx, input }) => {
      const { fence, ...saved } = await ctx.tenant((tx) => updateSegment(tx, input, ctx.member.scope));
      await refreshSoon(ctx.member.scope, fence);
      return saved;
    }),
  duplicate: allowed("segments:write")
    .input(segmentRef)
    .mutation(async ({ ctx, input }) => {
      const { fence, id } = await ctx.tenant((tx) => duplicateSegment(tx, input.id, ctx.member.scope));
      await refreshSoon(ctx.member.scope, fence);
      return { id };
    }),
  /** Works the members out anew, in the background. */
  refresh: allowed("segments:write")
    .input(segmentRef)
    .mutation(async ({ ctx, input }) => {
      await refreshSoon(
        ctx.member.scope,
        await ctx.tenant((tx) => refreshSegment(tx, input.id, ctx.member.scope)),
      );
    }),
  delete: allowed("segments:write")
    .input(segmentRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => deleteSegment(tx, input.id, ctx.session.user.id))),
});
