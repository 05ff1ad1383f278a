import { follow } from "#server/analytics/snapshots";
import { commitThenSend } from "#server/drivers/events";
import { allowed, router } from "#server/trpc";
import { addContacts } from "./mutations.ts";
import { getJourney } from "./journey.ts";
import { loadPlaces } from "./places.ts";
import { listOpenCampaigns } from "./queries.ts";
import { actOnPeople } from "./person-acts.ts";
import { retryAllFailed } from "./retry.ts";
import { addInput, journeyInput, personActInput, placesInput, retryAllInput } from "./schema.ts";

const launches = allowed("campaigns:launch");

export const enrollmentsRouter = router({
  openCampaigns: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listOpenCampaigns)),
  places: allowed("analytics:read")
    .input(placesInput)
    .query(({ ctx, input: { campaignId } }) =>
      // Every open canvas asks every few seconds, and at a million people counting takes a while.
      follow(`${ctx.member.workspace.id}:places:${campaignId}`, undefined, () =>
        ctx.tenant((tx) => loadPlaces(tx, campaignId)),
      ),
    ),
  journey: allowed("analytics:read")
    .input(journeyInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => getJourney(tx, input))),
  add: launches
    .input(addInput)
    .mutation(({ ctx, input }) =>
      commitThenSend(ctx.member.scope, (tx) => addContacts(tx, { ...input, actorId: ctx.session.user.id })),
    ),
  act: launches
    .input(personActInput)
    .mutation(({ ctx, input }) =>
      commitThenSend(ctx.member.scope, (tx) => actOnPeople(tx, { ...input, actorId: ctx.session.user.id })),
    ),
  retryAll: launches
    .input(retryAllInput)
    .mutation(({ ctx, input: { campaignId, reason, after } }) =>
      retryAllFailed(
        { scope: ctx.member.scope, act: { id: campaignId, userId: ctx.session.user.id } },
        { reason, after },
      ),
    ),
});
