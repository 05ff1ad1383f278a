import { allowed, router } from "#server/trpc";
import { hideOnboarding, loadHome } from "./home.ts";
import { loadLive } from "./live.ts";
import { listPeople } from "./people.ts";
import { dailyNumbers, recountNumbers } from "./queries.ts";
import { campaignRef, peopleInput } from "./schema.ts";

const reads = allowed("analytics:read");

export const analyticsRouter = router({
  home: reads.query(({ ctx }) => ctx.tenant(loadHome)),
  live: reads.input(campaignRef).query(({ ctx, input }) => ctx.tenant((tx) => loadLive(tx, input.id))),
  daily: reads
    .input(campaignRef)
    .query(({ ctx, input }) =>
      ctx.tenant((tx) => dailyNumbers(tx, { campaignId: input.id, zone: ctx.member.workspace.timezone })),
    ),
  people: reads.input(peopleInput).query(({ ctx, input }) => ctx.tenant((tx) => listPeople(tx, input))),
  recount: reads
    .input(campaignRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => recountNumbers(tx, input.id))),
  hideOnboarding: allowed("campaigns:write").mutation(({ ctx }) => ctx.tenant(hideOnboarding)),
});
