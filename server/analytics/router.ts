import type { TenantTx } from "#db/tenancy";
import { allowed, router } from "#server/trpc";
import { listHappenings } from "./happenings.ts";
import { hideOnboarding, loadHome } from "./home.ts";
import { loadLive } from "./live.ts";
import { listCountedMessages } from "./messages.ts";
import { listPeople } from "./people.ts";
import { recountNumbers, requireCampaign } from "./queries.ts";
import { numbersFile } from "./numbers-file.ts";
import { loadOverview } from "./overview.ts";
import {
  campaignRef,
  followInput,
  happeningsInput,
  messagesInput,
  numbersFileInput,
  overviewInput,
  peopleInput,
  timelineInput,
} from "./schema.ts";
import { follow } from "./snapshots.ts";
import { loadTimeline } from "./timeline.ts";

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
  /** A campaign as it stands this moment. */
  live: reads.input(campaignRef).query(({ ctx, input }) => ctx.tenant((tx) => loadLive(tx, input.id))),
  /** The same for a page that stays open: as it stood a moment ago, and nothing while nothing changes. */
  follow: reads
    .input(followInput)
    .query(({ ctx, input }) =>
      follow(`${ctx.member.workspace.id}:live:${input.id}`, input.seen, () =>
        ctx.tenant((tx) => loadLive(tx, input.id)),
      ),
    ),
  timeline: reads.input(timelineInput).query(({ ctx, input: { id, unit, seen } }) => {
    const zone = ctx.member.workspace.timezone;
    const count = async () => ({
      buckets: await ctx.tenant(about(id, (tx) => loadTimeline(tx, { campaignId: id, zone, unit }))),
    });
    return follow(`${ctx.member.workspace.id}:timeline:${unit}:${zone}:${id}`, seen, count);
  }),
  messages: reads
    .input(messagesInput)
    .query(({ ctx, input }) => ctx.tenant(about(input.id, (tx) => listCountedMessages(tx, input)))),
  people: reads
    .input(peopleInput)
    .query(({ ctx, input }) => ctx.tenant(about(input.id, (tx) => listPeople(tx, input)))),
  recount: reads
    .input(campaignRef)
    .query(({ ctx, input }) => ctx.tenant(about(input.id, (tx) => recountNumbers(tx, input.id)))),
  /** The whole workspace in a period, beside the one before it. */
  overview: reads
    .input(overviewInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => loadOverview(tx, input, ctx.member.workspace.timezone))),
  /** What a number of a period counts. */
  happenings: reads
    .input(happeningsInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listHappenings(tx, input, ctx.member.workspace.timezone))),
  file: reads.input(numbersFileInput).query(({ ctx, input }) =>
    ctx.tenant(async (tx) => {
      if (input.campaignId) await requireCampaign(tx, input.campaignId);
      return numbersFile(tx, input);
    }),
  ),
  hideOnboarding: allowed("campaigns:write").mutation(({ ctx }) => ctx.tenant(hideOnboarding)),
});
