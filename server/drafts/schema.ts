import { z } from "zod";
import { localTime } from "../campaigns/schema.ts";

export const draftStatuses = [
  "draft",
  "approved",
  "scheduled",
  "sent",
  "failed",
  "rejected",
  "expired",
  "cancelled",
] as const;
export type DraftStatus = (typeof draftStatuses)[number];

/** What a reviewer looks at together. */
export const draftViews = ["review", "ahead", "approved", "sent", "rejected", "gone"] as const;
export type DraftView = (typeof draftViews)[number];
export const statusesOf: Record<DraftView, readonly DraftStatus[]> = {
  review: ["draft"],
  ahead: ["draft"],
  approved: ["approved", "scheduled"],
  sent: ["sent", "failed"],
  rejected: ["rejected"],
  gone: ["expired", "cancelled"],
};
export const viewNames: Record<DraftView, string> = {
  review: "To review",
  ahead: "Written ahead",
  approved: "Approved",
  sent: "Sent",
  rejected: "Rejected",
  gone: "Expired or cancelled",
};

/** Counting stops here: pages say "more than". */
export const countedMax = 1_000;

/** The URL of the page; a wrong one is its first page. `draft` is the one that is open. */
export const draftListInput = z.object({
  view: z.enum(draftViews).catch("review"),
  campaign: z.uuid().optional().catch(undefined),
  q: z.string().trim().max(254).optional().catch(undefined),
  after: z.uuid().optional().catch(undefined),
  draft: z.uuid().optional().catch(undefined),
});
export type DraftListInput = z.infer<typeof draftListInput>;

export const draftPolicyInput = z.object({ unreviewed: z.boolean() });
/** Null takes the workspace's own key away. */
export const aiKeyInput = z.object({
  key: z
    .string()
    .trim()
    .min(8, "Paste the whole key, as the provider's console shows it once.")
    .max(500, "A key has at most 500 characters.")
    .regex(/^[\x21-\x7e]+$/, "A key has no blanks and no letters with accents: paste it again.")
    .nullable(),
});

export const draftRef = z.object({ id: z.uuid() });

/** Drafts as they were seen: whoever decides about one that was changed since is told so. */
export const decidedMax = 200;
const seen = z.object({ id: z.uuid(), version: z.int().min(1) });
const choices = z
  .array(seen)
  .min(1, "Choose at least one email.")
  .max(decidedMax, `Decide about ${decidedMax} emails at a time.`);

/**
 * `sendAt`: not before then, on the wall clock of the workspace; without it, as soon as the campaign's window and limits
 * let it.
 */
export const draftApproval = z.object({ choices, sendAt: localTime.nullable().default(null) });
/**
 * Every email to review that a filter finds, as it stood at `seenAt`: whatever was written or changed since is not among
 * them. A part at a time: `after` is where the last one ended.
 */
export const draftsApproval = draftListInput
  .pick({ campaign: true, q: true })
  .extend({ seenAt: z.iso.datetime(), after: z.uuid().nullable().default(null) });
export type DraftsApproval = z.infer<typeof draftsApproval>;
export const draftRejection = z.object({
  choices,
  reason: z
    .string()
    .trim()
    .min(1, "Say why: whoever wrote it reads this.")
    .max(500, "Keep the reason under 500 characters."),
  /** What becomes of the contact; null is what the step says. */
  otherwise: z.enum(["skip", "exit"]).nullable().default(null),
});
export const draftReturn = z.object({ choices });

export const draftEdit = seen.extend({
  subject: z.string().trim().max(500, "Keep the subject under 500 characters."),
  previewText: z.string().trim().max(500, "Keep the preview text under 500 characters."),
  body: z.string().max(500_000, "The body can hold 500,000 characters."),
});
export type DraftEdit = z.infer<typeof draftEdit>;
export const draftRestore = seen;
export const draftDiscard = seen;
/** One person of a campaign, and the email that is written to them by hand. */
export const writableInput = z.object({ enrollmentId: z.uuid() });
export const writeInput = writableInput.extend({ stepId: z.uuid() });

export type Choice = z.infer<typeof seen>;
/** Why nothing was decided about a draft, in a sentence. `email` names its contact. */
export type Refusal = { id: string; email: string | null; reason: string };
/** How a decision about several went. */
export type Decided = { done: string[]; refused: Refusal[] };
