import type { SendResult } from "#server/mail/smtp-result";

/** What a result means for the ledger row. */
export type Verdict =
  | { kind: "sent" }
  /** Try again after `delayMs`; `reached` tells a server that asked for it from one that was never reached. */
  | { kind: "again"; delayMs: number; reached: boolean }
  | { kind: "bounced"; type: "hard" | "soft" }
  | { kind: "failed" }
  | { kind: "unknown" };

const minute = 60_000;
const hour = 60 * minute;
/** A receiving server may put a message off for this long; then it counts as a soft bounce. */
const deferredMaxMs = 24 * hour;
const backoffMs = [5 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 4 * hour];
/** A mailbox that cannot be reached is tried again sooner, since nothing was asked of the receiving side. */
const reconnectMs = [minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute];

const at = (delays: readonly number[], attempt: number) =>
  delays[Math.min(Math.max(attempt, 1), delays.length) - 1] ?? minute;

/** Reads a result of the `attempts`-th try (from 1); `elapsedMs` since the first one. */
export function verdictOf(
  result: SendResult,
  { attempts, elapsedMs }: { attempts: number; elapsedMs: number },
): Verdict {
  switch (result.outcome) {
    case "sent":
      return { kind: "sent" };
    case "unknown":
      return { kind: "unknown" };
    case "not_sent":
      // What keeps a message from being made is mended by a person; a server comes back by itself, and sooner.
      return {
        kind: "again",
        delayMs: at(result.phase === "message" ? backoffMs : reconnectMs, attempts),
        reached: false,
      };
    case "deferred": {
      const delayMs = at(backoffMs, attempts);
      if (elapsedMs + delayMs > deferredMaxMs) return { kind: "bounced", type: "soft" };
      return { kind: "again", delayMs, reached: true };
    }
    case "failed":
      return isHardBounce(result) ? { kind: "bounced", type: "hard" } : { kind: "failed" };
  }
}

/**
 * Whether the reply says that the address does not exist. By the enhanced code where there is one (RFC 3463: 5.1.x,
 * except the sender's own address); else by a plain 550, 551 or 553 to RCPT TO. 5.7.x is policy: not the contact's fault.
 */
function isHardBounce({ code, phase, text = "" }: SendResult): boolean {
  const enhanced = /\b5\.(\d{1,3})\.(\d{1,3})\b/.exec(text);
  if (enhanced) return enhanced[1] === "1" && enhanced[2] !== "7" && enhanced[2] !== "8";
  return phase === "RCPT TO" && (code === 550 || code === 551 || code === 553);
}
