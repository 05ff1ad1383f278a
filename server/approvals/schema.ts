import { z } from "zod";
import { localTime } from "#server/campaigns/content/schema";

/** Hours that a request stands; after that it is refused by itself. Reminders come 24 and 44 hours after it. */
export const approvalHours = 48;

export const approverRoles = ["campaign_manager", "compliance_officer"] as const;
export type ApproverRole = (typeof approverRoles)[number];
export const approverRoleNames: Record<ApproverRole, string> = {
  campaign_manager: "Campaign manager",
  compliance_officer: "Compliance officer",
};

/** People who hold the role; empty: the admins of the campaign's workspace do. */
const approver = z.object({ role: z.enum(approverRoles), userIds: z.array(z.uuid()).max(50).default([]) });

/**
 * Which campaigns of the organization are approved before a launch, and by whom. `large`: those with at least
 * `largeFrom` people. `newSender`: those from an address that no campaign of the workspace was launched from so far.
 * `words`: those whose emails say one of them, such as promotions.
 * `inOrder`: the second role is asked once the first has approved. `twoPersons`: nobody answers for both.
 */
export const approvalPolicy = z.object({
  when: z.enum(["never", "large", "always"]).default("never"),
  largeFrom: z.coerce
    .number({ error: "Enter a number of people." })
    .int("Enter a whole number.")
    .min(1, "Enter at least 1.")
    .max(100_000_000, "100,000,000 are the most.")
    .default(10_000),
  approvers: z
    .array(approver)
    .min(1, "Choose at least one role.")
    .max(approverRoles.length)
    .refine((all) => new Set(all.map(({ role }) => role)).size === all.length, "Name each role once.")
    .default([{ role: "campaign_manager", userIds: [] }]),
  newSender: z.boolean().default(false),
  words: z
    .array(z.string().trim().toLowerCase().min(1).max(60, "Keep each word under 60 characters."))
    .max(100, "100 words are the most.")
    .default([]),
  inOrder: z.boolean().default(false),
  twoPersons: z.boolean().default(false),
});
export type ApprovalPolicy = z.infer<typeof approvalPolicy>;

const comment = z.string().trim().max(2000, "Keep it under 2,000 characters.");

export const approvalRequestInput = z.object({
  campaignId: z.uuid(),
  version: z.int().min(1),
  note: comment.default(""),
  /** The one start that is asked for, on the wall clock of the campaign's zone; null for the scheduled one, or else whichever. */
  startsAt: localTime.nullable().default(null),
});
export const approvalDecisionInput = z
  .object({
    campaignId: z.uuid(),
    /** Of the campaign as it was looked at. */
    version: z.int().min(1),
    submissionNo: z.int().min(1),
    role: z.enum(approverRoles),
    decision: z.enum(["approved", "rejected"]),
    comment: comment.default(""),
  })
  .refine(({ decision, comment: words }) => decision === "approved" || words !== "", {
    path: ["comment"],
    error: "Say what should change, so that it can be asked for again.",
  });
export const approvalRef = z.object({ campaignId: z.uuid() });
export const approvalFlagInput = z.object({
  campaignId: z.uuid(),
  version: z.int().min(1),
  requiresApproval: z.boolean(),
});
