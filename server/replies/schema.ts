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

export const replyIdInput = z.object({ id: z.uuid() });
