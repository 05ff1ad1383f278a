import { z } from "zod";
import { audience } from "#server/campaigns/schema";
import { seenAs, type TemplateProblem } from "#server/mail/schema";
import type { SpamScore } from "#server/mail/spam-score";

/** What a template is for. */
export const templateCategories = [
  "Welcome",
  "Follow-up",
  "Outreach",
  "Nurture",
  "Newsletter",
  "Promotional",
  "Transactional",
  "Event",
  "Custom",
] as const;
const category = z.enum(templateCategories);

export const templateListInput = z.object({
  q: z.string().trim().max(100).optional().catch(undefined),
  folder: z.uuid().optional().catch(undefined),
  tag: z.string().trim().min(1).max(50).optional().catch(undefined),
  category: category.optional().catch(undefined),
  /** Shows the archived ones, and no others. */
  archived: z.literal("yes").optional().catch(undefined),
  after: z.uuid().optional().catch(undefined),
});
export type TemplateListInput = z.infer<typeof templateListInput>;

const content = {
  subject: z.string().max(500, "A subject has at most 500 characters."),
  previewText: z.string().max(500, "A preview text has at most 500 characters."),
  html: z.string().max(1_000_000, "A body has at most a million characters."),
  /** The plain-text part; null is made from the HTML. */
  text: z.string().max(500_000, "A text part has at most 500,000 characters.").nullable().default(null),
};

export const templateInput = z.object({
  name: z.string().trim().min(1, "Give the template a name.").max(200, "A name has at most 200 characters."),
  ...content,
});
export type TemplateInput = z.infer<typeof templateInput>;

/**
 * `version` is the one that was edited: a save over somebody else's is refused. `replaces`: that version was written by
 * itself, while the same person was typing, and this one takes its place.
 */
export const templateSaveInput = templateInput.extend({
  id: z.uuid(),
  version: z.number().int(),
  replaces: z.boolean().default(false),
});
export type TemplateSaveInput = z.infer<typeof templateSaveInput>;
/** Only a version that is at most so many minutes old can be replaced. */
export const replacedMinutesMax = 30;

export const templateIdInput = z.object({ id: z.uuid() });

export const templateTagsMax = 20;
const tagName = z
  .string()
  .trim()
  .min(1, "A tag needs a letter.")
  .max(50, "A tag has at most 50 characters.")
  .regex(/^[^,]*$/, "A tag has no comma.");

/**
 * What a template is kept as: null is without a category, and outside of every folder. Tags stand once each, whatever
 * their case.
 */
export const templatePlaceInput = z.object({
  id: z.uuid(),
  category: category.nullable(),
  folderId: z.uuid().nullable(),
  tags: z.array(tagName).max(templateTagsMax, `A template has at most ${templateTagsMax} tags.`),
});
export type TemplatePlaceInput = z.infer<typeof templatePlaceInput>;

export const templateFolderInput = z.object({
  name: z.string().trim().min(1, "Give the folder a name.").max(100, "A name has at most 100 characters."),
});
export const templateFolderRename = templateFolderInput.extend({ id: z.uuid() });

/** An empty label takes the name away again. */
export const templateLabelInput = z.object({
  id: z.uuid(),
  number: z.number().int().positive(),
  label: z.string().trim().max(100, "A name has at most 100 characters."),
});

export const commentLengthMax = 2_000;
/** `cursor`: the last comment that is shown already. */
export const templateCommentsInput = z.object({ id: z.uuid(), cursor: z.uuid().optional() });
export const templateCommentInput = z.object({
  id: z.uuid(),
  body: z
    .string()
    .trim()
    .min(1, "Write something first.")
    .max(commentLengthMax, "A comment has at most 2,000 characters."),
});
export const templateCommentRef = z.object({ commentId: z.uuid() });
export const templateSettleInput = templateCommentRef.extend({ settled: z.boolean() });

export const templateVersionInput = z.object({ id: z.uuid(), number: z.coerce.number().int().positive() });
/** `version` is the newest one the person has seen. */
export const templateRestoreInput = z.object({
  id: z.uuid(),
  number: z.number().int().positive(),
  version: z.number().int(),
});
export type TemplateRestoreInput = z.infer<typeof templateRestoreInput>;

/** What is in an editor, to be told what is wrong with it. */
export const templateCheckInput = z.object(content);

/** The HTML that a text part is made from. */
export const textPartInput = z.object({ html: content.html });

/** What is in the editor, saved or not, as somebody would get it. */
export const templatePreviewInput = z.object({ ...content, ...seenAs.shape });
export type TemplatePreviewInput = z.infer<typeof templatePreviewInput>;

/** A check of everybody looks at no more contacts than this. */
export const lookedAtMax = 200_000;

/** What is in the editor, against the contacts whom it may be meant for. */
export const emptyMergesInput = z.object({ ...content, audience });

/**
 * What of a mail would be empty for whom. `looked` mailable contacts were looked at (`capped`: there are more), `people`
 * of them lack something. A `required` field keeps the mail from those who lack it; any other leaves a gap.
 */
export type EmptyMergeReport = {
  looked: number;
  capped: boolean;
  people: number;
  fields: {
    path: string;
    label: string;
    required: boolean;
    count: number;
    /** The first few of them. */
    examples: { id: string; email: string; name: string | null }[];
  }[];
};

/**
 * What came of asking others about a mail: `asked` links, each that does not work as a sentence in `problems`, and `left` for
 * which there was no time. `spam` is null where there is no spam filter; of one that gave no answer, `failure` says so.
 */
export type DeliveryReport = {
  asked: number;
  left: number;
  problems: string[];
  spam: { score: SpamScore | null; failure: string | null } | null;
};

/** Words to find a contact by; empty for the newest. */
export const personSearchInput = z.object({ q: z.string().trim().max(100) });

export const testRecipientsMax = 5;

/** Addresses parted by commas or lines. */
export const templateTestInput = templatePreviewInput.extend({
  to: z
    .string()
    .transform((text) => text.split(/[\s,;]+/).filter(Boolean))
    .pipe(
      z
        .array(z.email("Enter whole addresses, parted by commas."))
        .min(1, "Enter an address to send the test to.")
        .max(testRecipientsMax, `A test goes to at most ${testRecipientsMax} addresses.`),
    ),
});
export type TemplateTestInput = z.infer<typeof templateTestInput>;

export type TemplatePart = "subject" | "previewText" | "html" | "text";
/** Mistakes by part; an empty object means that it can be sent. */
export type TemplateProblems = Partial<Record<TemplatePart, TemplateProblem[]>>;
