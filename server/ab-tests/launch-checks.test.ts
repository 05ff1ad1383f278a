import { expect, test } from "vitest";
import type { Campaign } from "#server/campaigns/queries";
import { testProblems } from "./launch-checks.ts";
import { type EmailTest, newTest } from "./schema.ts";

type Given = {
  test?: Partial<EmailTest> | null;
  sender?: object | null;
  settings?: object;
  goals?: object[];
};

/** The codes against an A/B campaign of one email for a thousand people. */
function codes({ test: changes = {}, sender = null, settings = {}, goals = [] }: Given): string[] {
  const step = {
    id: "1",
    type: "email",
    name: "Hello",
    sender,
    test: changes === null ? null : { ...newTest(), ...changes },
  };
  const campaign = {
    type: "ab_test",
    goesOn: false,
    steps: [step],
    goals,
    settings: { trackOpens: true, trackClicks: true, rotationPoolId: null, ...settings },
  };
  return testProblems(campaign as unknown as Campaign, 1_000).map(({ code }) => code);
}

test("a launch is refused a test of what the campaign does not measure, and an A/B campaign without one", () => {
  expect(codes({})).toEqual([]);
  expect(codes({ test: null })).toEqual(["no_test"]);
  expect(codes({ settings: { trackOpens: false } })).toEqual(["test_untracked"]);
  expect(codes({ test: { metric: "click_rate" }, settings: { trackOpens: false } })).toEqual([]);
  expect(codes({ test: { metric: "click_rate" }, settings: { trackClicks: false } })).toEqual([
    "test_untracked",
  ]);
  expect(codes({ test: { metric: "reply_rate" }, settings: { trackOpens: false } })).toEqual([]);
  expect(codes({ test: { metric: "conversion_rate" } })).toEqual(["test_without_goal"]);
  expect(codes({ test: { metric: "conversion_rate" }, goals: [{}] })).toEqual([]);
});

test("senders that differ by their address alone are warned of in a pool, which writes under its own addresses", () => {
  const from = (fromName: string, fromEmail: string, replyTo = "") => ({ fromName, fromEmail, replyTo });
  const tested = (sender: ReturnType<typeof from>) => ({
    dimension: "sender" as const,
    variants: [
      { weight: 1, changes: {} },
      { weight: 1, changes: { sender } },
    ],
  });
  const pool = { rotationPoolId: "9" };
  expect(codes({ test: tested(from("", "bea@x.test")), settings: pool })).toEqual(["test_senders_alike"]);
  expect(codes({ test: tested(from("", "bea@x.test")) })).toEqual([]);
  expect(codes({ test: tested(from("Bea", "bea@x.test")), settings: pool })).toEqual([]);
  expect(codes({ test: tested(from("", "", "bea@x.test")), settings: pool })).toEqual([]);
  const own = from("Bea", "ada@x.test");
  expect(codes({ test: tested(from("Bea", "bea@x.test")), sender: own, settings: pool })).toEqual([
    "test_senders_alike",
  ]);
});
