import { beforeEach, expect, test } from "vitest";
import { createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { email } from "#server/campaigns/testing";
import { createRunner, statusOf } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { asStarted, standing } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** What the minute's sweep does, and all that follows from it. */
async function sweepAndSettle() {
  await runner.sweep();
  await runner.settle();
}

test("a living audience takes in who comes to its lists later, and lets go who leaves them", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { list, ids } = await withTenant(scope, async (tx) => {
    const ids = await createContacts(tx, [
      { email: "first@example.test" },
      { email: "late@example.test" },
      { email: "barred@example.test" },
    ]);
    return { ids, list: await createList(tx, { contactIds: ids.slice(0, 1) }) };
  });
  const [first = "", late = "", barred = ""] = ids;
  const shut = await withTenant(scope, (tx) => createList(tx, { contactIds: [barred] }));
  const { id } = await caller.campaigns.create({ name: "Living", type: "drip" });
  const draft = await caller.campaigns.byId({ id });
  const step = draft.steps[0]?.id ?? "";
  await caller.campaigns.saveStep({ id, version: draft.version, stepId: step, content: email });
  await caller.campaigns.addStep({
    id,
    version: draft.version + 1,
    type: "wait",
    position: { kind: "start" },
  });
  const { version } = await caller.campaigns.updateAudience({
    id,
    version: draft.version + 2,
    audience: { include: [list], exclude: [shut], autoEnroll: true, removeOnExit: true },
  });
  await caller.campaigns.launch({ id, version });
  await runner.settle();
  const campaign = { ...tenant, campaignId: id, contactIds: ids };
  expect(await standing(campaign)).toEqual([["first@example.test", "enrolled"]]);
  await caller.lists.add({ id: list, contactIds: [late, barred] });
  await caller.lists.remove({ id: list, contactIds: [first] });
  await sweepAndSettle();
  expect(await standing(campaign)).toEqual([
    ["first@example.test", "exited"],
    ["late@example.test", "enrolled"],
  ]);
  expect((await caller.analytics.people({ id, reason: "left_segment" })).rows).toHaveLength(1);
  await runner.pass("10 hours", 12);
  await sweepAndSettle();
  // Everybody has come to an end, and it goes on.
  expect((await standing(campaign)).map(([, status]) => status)).toEqual(["exited", "completed"]);
  expect(await statusOf(asStarted(campaign))).toBe("active");
});
