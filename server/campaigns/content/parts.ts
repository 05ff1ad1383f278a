import { z } from "zod";

/** On the wall clock of some zone. */
export const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Enter a time such as 09:00.");

const ownAddress = z.union([
  z.literal(""),
  z.email("Enter an email address such as ana@example.com.").max(254),
]);
/** What an email says differently from its campaign's sender; empty text is the campaign's. */
export const stepSender = z.object({
  fromName: z.string().trim().max(255),
  fromEmail: ownAddress,
  replyTo: ownAddress,
});
export type StepSender = z.infer<typeof stepSender>;
