import { z } from "zod";

const comment = z.string().trim().max(2000, "Keep it under 2,000 characters.");

export const templateApprovalRef = z.object({ templateId: z.uuid() });
export const templateApprovalRequestInput = templateApprovalRef.extend({ note: comment.default("") });
export const templateApprovalDecisionInput = templateApprovalRef
  .extend({
    requestId: z.uuid(),
    /** Of the template as it was looked at. */
    version: z.int().min(1),
    decision: z.enum(["approved", "rejected"]),
    comment: comment.default(""),
  })
  .refine(({ decision, comment: words }) => decision === "approved" || words !== "", {
    path: ["comment"],
    error: "Say what should change, so that it can be asked for again.",
  });
export type TemplateApprovalDecision = z.output<typeof templateApprovalDecisionInput>;
