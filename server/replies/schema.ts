import { z } from "zod";

/** What can come back: a person's answer, an automatic one, a report that a mail bounced, a complaint. */
export const replyKinds = ["reply", "auto_reply", "bounce", "complaint"] as const;
export type ReplyKind = (typeof replyKinds)[number];

export const replyListInput = z.object({
  campaignId: z.uuid(),
  kind: z.enum(replyKinds),
  after: z.uuid().optional(),
});
export type ReplyListInput = z.infer<typeof replyListInput>;

/** Folders that can be read besides the inbox, by what they are for. */
export const folderKinds = ["junk", "archive"] as const;
export type FolderKind = (typeof folderKinds)[number];
export const readFolders = z.array(z.enum(folderKinds)).max(folderKinds.length).default(["junk"]);
/** Of a mailbox's settings, those of its reading. Providers take many an answer for junk: that folder is read unless told. */
export const readingSettings = z.object({ reads: readFolders.catch(["junk"]) });

/** What an organization keeps of received mail: its texts, for so many months. */
export const mailRetention = z.object({
  bodyMonths: z
    .number({ error: "Enter a number of months." })
    .int("Enter whole months.")
    .min(1, "1 month is the least.")
    .max(120, "120 months (10 years) are the most.")
    .default(24),
});
export type MailRetention = z.infer<typeof mailRetention>;

export const replyIdInput = z.object({ id: z.uuid() });
