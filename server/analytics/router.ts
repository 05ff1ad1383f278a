import type { TenantTx } from "#db/tenancy";
import { allowed, router } from "#server/trpc";
import { hideOnboarding, loadHome } from "./home.ts";
import { loadLive } from "./live.ts";
import { listPeople } from "./people.ts";
import { dailyNumbers, recountNumbers, requireCampaign } from "./queries.ts";
import { campaignRef, peopleInput } from "./schema.ts";

const reads = allowed("analytics:read");

/** Numbers of a campaign that is not there would be zeros; it is `not_found` instead. */
const about =
  <T>(id: string, work: (tx: TenantTx) => Promise<T>) =>
  async (tx: TenantTx): Promise<T> => {
    await requireCampaign(tx, id);
    return work(tx);
  };

export const analyticsRouter = router({
  home: reads.query(({ ctx }) => ctx.tenant(loadHome)),
  live: reads.input(campaignRef).query(({ ctx, input }) => ctx.tenant((tx) => loadLive(tx, input.id))),
  daily: reads
    .input(campaignRef)
    .query(({ ctx, input }) =>
      ctx.tenant(
        about(input.id, (tx) =>
          dailyNumbers(tx, { campaignId: input.id, zone: ctx.member.workspace.timezone }),
        ),
      ),
    ),
  people: reads
    .input(peopleInput)
    .query(({ ctx, input }) => ctx.tenant(about(input.id, (tx) => listPeople(tx, input)))),
  recount: reads
    .input(campaignRef)
    .query(({ ctx, input }) => ctx.tenant(about(input.id, (tx) => recountNumbers(tx, input.id)))),
  hideOnboarding: allowed("campaigns:write").mutation(({ ctx }) => ctx.tenant(hideOnboarding)),
});
