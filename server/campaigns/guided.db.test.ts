import { expect, test } from "vitest";
import { newTenant } from "#db/testing";

test("a few answers make a whole draft: so many emails, so many days apart, follow-ups in the thread", async () => {
  const { caller } = await newTenant();
  const { id } = await caller.campaigns.createGuided({
    name: "Asked",
    plan: "follow_up",
    emails: "3",
    days: "4",
  });
  const { type, steps, settings, problems } = await caller.campaigns.byId({ id });
  expect(type).toBe("drip");
  expect(settings.replyStops).toBe(true);
  expect(steps.map((step) => step.wait ?? step.replyInThread)).toEqual([
    false,
    { value: 4, unit: "days" },
    true,
    { value: 4, unit: "days" },
    true,
  ]);
  expect(steps.map((step) => step.next)).toEqual([...steps.slice(1).map((step) => step.id), null]);
  // Nothing is missing but what only the person can write.
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["no_subject", "no_body"]));
  const one = await caller.campaigns.createGuided({ name: "News", plan: "one" });
  expect((await caller.campaigns.byId({ id: one.id })).steps).toHaveLength(1);
});
