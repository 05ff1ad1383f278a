import type { MessagesInput } from "#server/analytics/schema";

/** What a message is that a number counts: as a choice, and when nothing is. `at` heads the moment it happened. */
export const measureWords: Record<MessagesInput["is"], { label: string; at: string | null; empty: string }> =
  {
    sent: { label: "Sent", at: null, empty: "Nothing has been sent yet." },
    delivered: { label: "Delivered", at: null, empty: "Nothing has been delivered yet." },
    opened: { label: "Opened by a person", at: "Opened", empty: "Nobody has opened this yet." },
    machineOpened: {
      label: "Opened automatically only",
      at: "First fetched",
      empty: "No mail program has opened a message that its reader has not.",
    },
    clicked: { label: "Clicked", at: "Clicked", empty: "Nobody has clicked yet." },
    replied: { label: "Replied", at: "Replied", empty: "Nobody has replied yet." },
    converted: {
      label: "Reached a goal",
      at: "Reached",
      empty: "No goal has been put down to a message yet.",
    },
    bounced: { label: "Bounced", at: "Bounced", empty: "Nothing came back." },
    unsubscribed: { label: "Unsubscribed", at: "Unsubscribed", empty: "Nobody has unsubscribed." },
    complained: { label: "Marked as spam", at: "Complained", empty: "Nobody has complained." },
    queued: { label: "Queued", at: "Planned for", empty: "Nothing waits in the queue." },
    failed: { label: "Failed", at: "Failed", empty: "Nothing has failed." },
    withGaps: {
      label: "With a gap",
      at: null,
      empty: "Every field that an email names was filled for whoever got it.",
    },
    unknown: { label: "Of unknown fate", at: "Since", empty: "The fate of every message is known." },
  };
