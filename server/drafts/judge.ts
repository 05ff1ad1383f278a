import type { ExitReason } from "#server/enrollments/reasons";
import type { DraftStatus } from "./schema.ts";

/** A draft with where its contact stands. `here`: still at the step that it was made for. */
export type Standing = {
  id: string;
  version: number;
  status: DraftStatus;
  enrollmentId: string | null;
  email: string;
  subject: string;
  body: string;
  expiresAt: Date | null;
  /** A provider has not finished it. */
  beingWritten: boolean;
  replyInThread: boolean;
  /** Null when the campaign is gone. */
  campaignStatus: string | null;
  emailAccountId: string | null;
  exitReason: string | null;
  here: boolean;
  /** Written for somebody who has not come to the step yet. */
  ahead: boolean;
  /** Why the contact may not be mailed at all. */
  leaves: ExitReason | null;
  now: Date;
};

/** Why not, in a sentence; null when it may be done. */
export type Judged = string | null;

const already: Record<Exclude<DraftStatus, "draft">, string> = {
  approved: "It is approved already.",
  scheduled: "It is approved and scheduled already.",
  sent: "It has left already.",
  failed: "It was approved, and could not be sent.",
  rejected: "It was rejected already.",
  expired: "Nobody looked at it in time: it is given up.",
  cancelled: "It was cancelled: the contact has left the step that it was made for.",
};

const departed: Partial<Record<string, string>> = {
  replied: "They have replied meanwhile: nothing more is sent to them.",
  unsubscribed: "They have unsubscribed meanwhile.",
  complained: "They have reported an email as spam meanwhile.",
  bounced_hard: "Their address does not exist any more.",
  suppressed: "Their address is suppressed: it gets no mail.",
  contact_deleted: "The contact was deleted or archived.",
  campaign_ended: "The campaign has ended.",
};

function open(row: Standing): Judged {
  if (row.exitReason !== null && departed[row.exitReason] && !row.here)
    return departed[row.exitReason] ?? null;
  if (row.status !== "draft") return already[row.status];
  if (row.ahead) return "They have not come to the step of this email yet: it is decided about then.";
  if (row.campaignStatus === null) return "The campaign is gone.";
  if (!row.here) return "They have left the step that this email was made for.";
  return null;
}

const furthestMs = 366 * 86_400_000;

export const judge = {
  approve(row: Standing, sendAt: Date | null): Judged {
    const closed = open(row);
    if (closed !== null) return closed;
    if (row.expiresAt !== null && row.expiresAt <= row.now) return already.expired;
    if (row.leaves !== null) return departed[row.leaves] ?? "They may not be mailed any more.";
    if (row.beingWritten) return "It is still being written: wait for it, or edit it yourself.";
    if (row.body.trim() === "") return "It says nothing yet: write it first.";
    if (row.subject.trim() === "" && !row.replyInThread) return "It has no subject yet.";
    if (sendAt === null) return null;
    if (sendAt <= row.now) return "That time has passed: choose one to come.";
    if (sendAt.getTime() > row.now.getTime() + furthestMs) return "Choose a time within a year.";
    return row.emailAccountId === null ? "The campaign has no mailbox to send it from." : null;
  },
  reject: open,
  takeBack(row: Standing): Judged {
    if (row.status !== "approved" && row.status !== "scheduled")
      return row.status === "draft" ? "It waits for a review anyway." : already[row.status];
    return row.here ? null : "They have left the step that this email was made for.";
  },
};
