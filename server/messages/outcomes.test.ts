import { expect, test } from "vitest";
import type { SendResult } from "#server/mail/smtp-result";
import { verdictOf } from "./outcomes.ts";

const result = (given: Partial<SendResult>): SendResult => ({ id: "m", outcome: "failed", ...given });
const first = { attempts: 1, elapsedMs: 0 };
const hour = 3_600_000;

test("a server's 4xx is tried again for a day, ever more slowly, and is then a soft bounce", () => {
  let elapsedMs = 0;
  let tries = 0;
  for (let attempts = 1; ; attempts += 1) {
    const verdict = verdictOf(result({ outcome: "deferred", code: 451 }), { attempts, elapsedMs });
    if (verdict.kind !== "again") {
      expect(verdict).toEqual({ kind: "bounced", type: "soft" });
      break;
    }
    expect(verdict.delayMs).toBeLessThanOrEqual(4 * hour);
    elapsedMs += verdict.delayMs;
    tries += 1;
  }
  expect(tries).toBeGreaterThan(5);
  expect(elapsedMs).toBeGreaterThan(16 * hour);
  expect(elapsedMs).toBeLessThanOrEqual(24 * hour);
});

test("only an address that does not exist is a hard bounce", () => {
  const kindOf = (given: Partial<SendResult>) => verdictOf(result(given), first);
  expect(kindOf({ code: 550, phase: "RCPT TO", text: "RCPT TO: 550 5.1.1 no such user" })).toEqual({
    kind: "bounced",
    type: "hard",
  });
  expect(kindOf({ code: 550, phase: "RCPT TO", text: "RCPT TO: 550 unknown mailbox" })).toEqual({
    kind: "bounced",
    type: "hard",
  });
  expect(kindOf({ code: 550, phase: "RCPT TO", text: "RCPT TO: 550 5.7.1 blocked by policy" })).toEqual({
    kind: "failed",
  });
  expect(kindOf({ code: 550, phase: "DATA", text: "DATA: 550 rejected" })).toEqual({ kind: "failed" });
  expect(kindOf({ code: 553, phase: "MAIL FROM", text: "553 5.1.8 sender refused" })).toEqual({
    kind: "failed",
  });
});

test("a message that never reached the socket is tried again however long that takes, and an unknown one never", () => {
  expect(verdictOf(result({ outcome: "not_sent" }), { attempts: 90, elapsedMs: 90 * hour })).toMatchObject({
    kind: "again",
    reached: false,
  });
  expect(verdictOf(result({ outcome: "unknown" }), first)).toEqual({ kind: "unknown" });
});

test("a message that cannot be made yet is tried again ever more slowly, since only a person can mend it", () => {
  const delayOf = (phase: "connect" | "message", attempts: number) => {
    const verdict = verdictOf(result({ outcome: "not_sent", phase }), { attempts, elapsedMs: 0 });
    return verdict.kind === "again" ? verdict.delayMs : 0;
  };
  expect(delayOf("connect", 9)).toBeLessThanOrEqual(hour / 4);
  expect([delayOf("message", 1), delayOf("message", 9)]).toEqual([hour / 12, 4 * hour]);
});
