import type { Tone } from "#components/ui/badge";

/** What each class of a bounce means for the address. */
export const bounceClasses: Record<"hard" | "soft" | "block", { label: string; tone: Tone; means: string }> =
  {
    hard: {
      label: "Hard",
      tone: "danger",
      means: "The address takes no mail. It is suppressed, and the contact has left every campaign.",
    },
    soft: {
      label: "Soft",
      tone: "warning",
      means: "The address could not be reached this time. After three in a row it is suppressed.",
    },
    block: {
      label: "Blocked",
      tone: "warning",
      means: "The receiving server refused this sender or this mail. It says nothing about the address.",
    },
  };
