// @module-tag race
import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { pause } from "#server/campaigns/lifecycle";
import { createRunner, newCampaign } from "#server/enrollments/testing";
import { claimMessages } from "./claim.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, claim, people, queued, statuses } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("a pause is answered once the claims that had begun are written down, and none follows", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(6), settings: atOnce }));
  const { scope, userId, campaignId, emailAccountId, fence } = campaign;
  let answered = false;
  let pausing: Promise<void> = Promise.resolve();
  await withTenant(scope, async (tx) => {
    const ask = { scope, accountId: emailAccountId, fence, limit: 2, leaseSeconds: 120 };
    expect((await claimMessages(tx, ask)).messages).toHaveLength(2);
    pausing = pause({ scope, act: { id: campaignId, userId } }, "").then(() => void (answered = true));
    await delay(500);
    expect(answered).toBe(false);
  });
  await pausing;
  expect((await claim(campaign)).messages).toEqual([]);
  expect((await statuses(campaign)).filter((status) => status === "sending")).toHaveLength(2);
});
