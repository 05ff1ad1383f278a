/*
 * Why somebody stands where they stand. A live enrollment has a due time, or one of the reasons that say what
 * it waits for instead.
 */

export const liveStatuses = ["enrolled", "active"] as const;
export const enrollmentStatuses = [
  ...liveStatuses,
  "paused",
  "completed",
  "replied",
  "bounced",
  "unsubscribed",
  "exited",
  "failed",
] as const;
export type EnrollmentStatus = (typeof enrollmentStatuses)[number];

/** Stored in `campaign_contacts.reason`. Others are derived from the campaign when somebody asks. */
export const waitReasons = {
  awaiting_send: "The email has its place in the queue and leaves at the time shown.",
  deferred: "The receiving server asked to try again later.",
  outcome_unknown:
    "The connection broke while the email was handed over: it may have arrived. Send it again by hand, or it counts as sent after a day.",
  waiting: "Waiting for the time of this step.",
  waiting_for_review:
    "Somebody looks at the email before it leaves. Without an answer it is given up at the time shown.",
  approved_for_later: "The email is approved, and leaves at the time shown.",
  waiting_for_condition: "Waiting for the condition to come true.",
  waiting_for_event: "Waiting for something to happen, or for the time to be up.",
  waiting_for_winner: "Waiting for the winner of the test on this email.",
  send_time: "Waiting for the time of day at which this email leaves.",
  settling:
    "Something was just opened or clicked: counted after a minute, when scanners have shown themselves.",
  calling: "Another system is being told of them.",
  retrying_call: "The other system could not be told of them: it is tried again at the time shown.",
  snoozed: "They are not to be written to before the time shown: they are away, or somebody said so.",
  do_not_disturb:
    "They have the tag whose bearers get no campaign email: this one waits until somebody takes it off them.",
  rollout: "The roll-out has not come to where they are: the email leaves at the time shown.",
  skip_day:
    "Their turn comes at the time shown, which is on the workspace’s days on which emails are passed over: they do not get this one, and go on then.",
  recipient_window: "The send window is shut where they are: the email leaves when it opens there.",
  recipient_domain_limit: "Their company has had its emails for today: the next ones leave on another day.",
  recipient_domain_hourly_limit:
    "Their domain has had its emails for this hour: the next ones leave when it has room again.",
  frequency_cap: "They have had enough emails from all campaigns for now.",
  higher_priority:
    "A campaign of a higher priority is to write to them, and both would be too much: this email leaves after that one.",
  too_many_emails:
    "They have had enough emails from all campaigns, and this one was put off for it as often as is allowed: it is skipped next.",
  best_hour: "The email waits for the hour at which they tend to read.",
  own_mailbox: "The mailbox that wrote to them before has sent enough for now, or rests: they wait for it.",
  config_error: "The step is incomplete and cannot act: edit it.",
} as const;
export type WaitReason = keyof typeof waitReasons;

/** `status` is what the enrollment ends in when it leaves for this reason. */
export const exitReasons = {
  replied: "replied",
  colleague_replied: "exited",
  auto_reply: "exited",
  goal_met: "exited",
  bounced_hard: "bounced",
  bounced_soft_limit: "bounced",
  unsubscribed: "unsubscribed",
  complained: "unsubscribed",
  suppressed: "exited",
  left_segment: "exited",
  manual: "exited",
  action_exit: "exited",
  moved: "exited",
  contact_deleted: "exited",
  campaign_ended: "exited",
  invalid_address: "failed",
  send_failed: "failed",
  draft_rejected: "exited",
  draft_expired: "exited",
  config_error: "failed",
  call_failed: "failed",
  import_rolled_back: "exited",
  merged: "exited",
} as const satisfies Record<string, EnrollmentStatus>;
export type ExitReason = keyof typeof exitReasons;
