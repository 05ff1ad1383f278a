import type { MergeContact } from "#server/mail/merge-fields";

export type CallSubject = {
  /** Of the call: the same in every attempt. */
  id: string;
  at: Date;
  campaign: { id: string; name: string };
  step: { id: string; name: string | null };
  contact: MergeContact & { id: string; status: string; lifecycleStage: string };
};

/** The body of a call, as docs/webhooks.md tells it. */
export function payloadOf({ id, at, campaign, step, contact }: CallSubject): string {
  const { createdAt, lastActivityAt, ...rest } = contact;
  return JSON.stringify({
    version: 1,
    type: "campaign.step",
    id,
    at: at.toISOString(),
    campaign,
    step,
    contact: { ...rest, createdAt, lastActivityAt },
  });
}
