import { allowed, router } from "#server/trpc";
import { stepCalls } from "./queries.ts";
import { callReportInput } from "./schema.ts";
import { signingSecret } from "./signing.ts";

export const webhookCallsRouter = router({
  report: allowed("campaigns:read")
    .input(callReportInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => stepCalls(tx, input.stepId))),
  signingSecret: allowed("campaigns:write").query(({ ctx }) => ({
    secret: signingSecret(ctx.member.workspace.id),
  })),
});
