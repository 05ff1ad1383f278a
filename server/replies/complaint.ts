import { returnedMail, type ReturnedMail } from "./delivery-report.ts";
import { fieldBlocks } from "./fields.ts";
import type { InboundMail } from "./inbound-mail.ts";

/** Somebody pressed "This is spam": which of our mails it was about, and what they called it. */
export type Complaint = { type: string; returned: ReturnedMail };

/** Reads a feedback report (RFC 5965); null for any other mail, and for reports that complain of nothing. */
export function complaintIn(mail: InboundMail): Complaint | null {
  const report = mail.parts.find(({ type }) => type === "message/feedback-report");
  if (!report) return null;
  const type = fieldBlocks(report.text)[0]?.get("feedback-type")?.toLowerCase() ?? "abuse";
  return type === "not-spam" ? null : { type, returned: returnedMail(mail) };
}
