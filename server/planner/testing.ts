import { noRecipientLimits } from "./persons.ts";
import type { Course } from "./plan.ts";
import type { CampaignPace, Cap, MailboxPace } from "./slots.ts";

type Limits = { dailyLimit?: number | null };

/** A mailbox without limits but these, which has sent nothing. */
export const mailboxOf = (
  id: string,
  { dailyLimit = null, ...some }: Limits & Partial<MailboxPace> = {},
): MailboxPace => ({
  id,
  zone: "UTC",
  minDelayMs: 0,
  lastAt: null,
  lastOwnAt: null,
  weight: 1,
  restsUntil: null,
  takesNew: true,
  provider: "smtp",
  domain: "acme.test",
  caps: [capOf("mailbox", { dailyLimit })],
  ...some,
});

export const capOf = (of: Cap["of"], some: Partial<Cap> = {}): Cap => ({
  of,
  dailyLimit: null,
  hourlyLimit: null,
  days: new Map(),
  recent: [],
  ...some,
});

/** A campaign without limits but these. */
export const paceOf = (some: Partial<CampaignPace> = {}): CampaignPace => ({
  window: null,
  zone: "UTC",
  dailyLimit: null,
  delayMs: 0,
  jitter: 0,
  seed: "campaign",
  days: new Map(),
  ...some,
});

/** Such a campaign from such a mailbox, but for what is given. */
export const courseWith = (some: Partial<Course> = {}): Course => ({
  strategy: "round_robin",
  continues: false,
  mailboxes: [mailboxOf("ana")],
  campaign: paceOf(),
  recipients: noRecipientLimits(),
  ...some,
});
