import { allowed, router } from "#server/trpc";
import { decideTemplateApproval, requestTemplateApproval, withdrawTemplateRequest } from "./mutations.ts";
import { loadTemplateApproval } from "./queries.ts";
import {
  templateApprovalDecisionInput,
  templateApprovalRef,
  templateApprovalRequestInput,
} from "./schema.ts";

const reads = allowed("campaigns:read");
const writes = allowed("templates:write");

export const templateApprovalsRouter = router({
  byTemplate: reads
    .input(templateApprovalRef)
    .query(({ ctx, input }) =>
      ctx.tenant((tx) => loadTemplateApproval(tx, input.templateId, ctx.session.user.id)),
    ),
  request: writes
    .input(templateApprovalRequestInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => requestTemplateApproval(tx, { ...input, userId: ctx.session.user.id })),
    ),
  withdraw: writes
    .input(templateApprovalRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => withdrawTemplateRequest(tx, { ...input, userId: ctx.session.user.id })),
    ),
  // Whoever is named may answer, be it a client who only looks: the mutation knows who that is.
  decide: reads
    .input(templateApprovalDecisionInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => decideTemplateApproval(tx, { ...input, userId: ctx.session.user.id })),
    ),
});
