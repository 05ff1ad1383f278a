import { getCampaign } from "#server/campaigns/queries";
import { listOrganizationMembers } from "#server/members/queries";
import { allowed, organization, router } from "#server/trpc";
import { decideApproval, peopleOf, requestApproval, requireApproval, withdrawRequest } from "./mutations.ts";
import { getApprovalPolicy, updateApprovalPolicy } from "./policy.ts";
import { loadApproval } from "./queries.ts";
import {
  approvalDecisionInput,
  approvalFlagInput,
  approvalPolicy,
  approvalRef,
  approvalRequestInput,
} from "./schema.ts";

const writes = allowed("campaigns:write");
const settings = organization("organization:settings");

export const approvalsRouter = router({
  byCampaign: allowed("campaigns:read")
    .input(approvalRef)
    .query(({ ctx, input }) =>
      ctx.tenant(async (tx) => {
        const campaign = await getCampaign(tx, input.campaignId);
        return loadApproval(tx, { campaign, people: () => peopleOf(tx, campaign) }, ctx.session.user.id);
      }),
    ),
  request: writes
    .input(approvalRequestInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => requestApproval(tx, { ...input, userId: ctx.session.user.id })),
    ),
  withdraw: writes
    .input(approvalRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => withdrawRequest(tx, { ...input, userId: ctx.session.user.id })),
    ),
  require: writes
    .input(approvalFlagInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => requireApproval(tx, { ...input, userId: ctx.session.user.id })),
    ),
  // Whoever is named may answer, be it a client who only looks: the mutation knows who that is.
  decide: allowed("campaigns:read")
    .input(approvalDecisionInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => decideApproval(tx, { ...input, userId: ctx.session.user.id })),
    ),

  policy: settings.query(({ ctx }) =>
    ctx.tenant(async (tx) => ({
      policy: await getApprovalPolicy(tx),
      people: (await listOrganizationMembers(tx)).map(({ userId, name, email }) => ({
        userId,
        name: name || email,
        email,
      })),
    })),
  ),
  updatePolicy: settings
    .input(approvalPolicy)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) =>
        updateApprovalPolicy(tx, { tenantId: ctx.member.scope.tenantId, userId: ctx.session.user.id }, input),
      ),
    ),
});
