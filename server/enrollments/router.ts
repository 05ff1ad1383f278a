import { commitThenSend } from "#server/drivers/events";
import { allowed, router } from "#server/trpc";
import { addContacts } from "./mutations.ts";
import { listOpenCampaigns } from "./queries.ts";
import { actOnPeople } from "./person-acts.ts";
import { addInput, personActInput } from "./schema.ts";

const launches = allowed("campaigns:launch");

export const enrollmentsRouter = router({
  openCampaigns: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listOpenCampaigns)),
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
});
