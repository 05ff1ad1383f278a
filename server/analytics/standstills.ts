import type { WaitReason } from "#server/enrollments/reasons";
import type { PersonalHold } from "#server/planner/persons";
import type { Hold } from "#server/planner/slots";

/**
 * What ends a standstill: time, at a moment that is known; a person who acts, before whom no moment is known; either of
 * them; work that is under way; or nothing, because it is the end.
 */
export type EndedBy = "time" | "person" | "either" | "work" | "nothing";

/** Of somebody's place in a campaign, and of a message on its way to them. */
export const placeCodes = {
  turn: "time",
  paused_by_hand: "person",
  awaiting_slot: "time",
  awaiting_send: "time",
  deferred: "time",
  outcome_unknown: "time",
  waiting: "time",
  waiting_for_review: "time",
  approved_for_later: "time",
  waiting_for_condition: "time",
  waiting_for_event: "time",
  waiting_for_winner: "time",
  send_time: "time",
  settling: "time",
  calling: "time",
  retrying_call: "time",
  snoozed: "time",
  do_not_disturb: "person",
  skip_day: "time",
  recipient_window: "time",
  recipient_domain_limit: "time",
  recipient_domain_hourly_limit: "time",
  frequency_cap: "time",
  higher_priority: "time",
  too_many_emails: "time",
  best_hour: "time",
  own_mailbox: "time",
  rollout: "time",
  config_error: "person",
} as const satisfies Record<WaitReason | "turn" | "paused_by_hand" | "awaiting_slot", EndedBy>;
export type PlaceCode = keyof typeof placeCodes;

/** Of a campaign, where its people and messages do not say it themselves. */
const campaignOnly = {
  draft: "person",
  scheduled: "time",
  completed: "nothing",
  paused: "person",
  ending: "time",
  no_mailbox: "either",
  mailbox_inactive: "either",
  pool_unfit: "either",
  pool_continues: "time",
  late: "time",
  no_worker: "time",
  enrolling: "work",
  next_email: "time",
  outside_window: "time",
  blackout: "time",
  daily_limit: "time",
  spacing: "time",
  mailbox_rests: "time",
  mailbox_daily_limit: "time",
  mailbox_hourly_limit: "time",
  domain_daily_limit: "time",
  domain_hourly_limit: "time",
  workspace_daily_limit: "time",
  workspace_hourly_limit: "time",
  people_paused: "person",
  nobody: "person",
  drained: "time",
} as const satisfies Record<string, EndedBy> & Record<Hold, EndedBy>;

/** Every code that the answer to “why is nothing being sent?” can have, of a campaign. */
export const campaignCodes = { ...placeCodes, ...campaignOnly } satisfies Record<
  Hold | PersonalHold,
  EndedBy
>;
export type CampaignCode = keyof typeof campaignCodes;

/** The same of a contact. */
export const contactCodes = {
  ...placeCodes,
  hindered: "person",
  in_no_campaign: "nothing",
  paused: "person",
  ending: "time",
  no_sender: "either",
  late: "time",
} as const satisfies Record<string, EndedBy>;
export type ContactCode = keyof typeof contactCodes;
