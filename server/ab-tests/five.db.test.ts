import { beforeEach, expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { email } from "#server/campaigns/testing";
import { commitThenSend } from "#server/drivers/events";
import { createRunner } from "#server/enrollments/testing";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { pickWinner } from "./mutations.ts";
import { newTest } from "./schema.ts";
import { begun, mailsOf, subjectsOf, tested, testOf, variant } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("five variants share the sample by their weights, the winner goes to the rest, and a sixth is refused", async () => {
  const five = ["Bold", "Calm", "Dry", "Early"].map((words) => variant(words));
  const variants = [{ weight: 2, changes: {} }, ...five];
  const campaign = await begun(runner, people(24), [tested({ variants, samplePercent: 50 })]);
  expect(subjectsOf(campaign)).toEqual({ "As it is": 4, Bold: 2, Calm: 2, Dry: 2, Early: 2 });
  await runner.pass("1 minute");
  const { id, now } = await testOf(campaign);
  expect(now.map(({ name, delivered }) => [name, delivered])).toEqual([
    ["A", 4],
    ["B", 2],
    ["C", 2],
    ["D", 2],
    ["E", 2],
  ]);
  const { scope, userId } = campaign;
  await commitThenSend(scope, (tx) => pickWinner(tx, { id, userId, variantId: now[4]?.id ?? "" }));
  await runner.settle();
  expect(subjectsOf(campaign)).toEqual({ "As it is": 4, Bold: 2, Calm: 2, Dry: 2, Early: 14 });
  expect(new Set(mailsOf(campaign).map(({ to }) => to)).size).toBe(24);

  const { caller } = await newTenant();
  const draft = await caller.campaigns.byId(await caller.campaigns.create({ name: "Six", type: "ab_test" }));
  const save = (given: typeof variants) =>
    caller.campaigns.saveStep({
      id: draft.id,
      version: draft.version,
      stepId: draft.steps[0]?.id ?? "",
      content: { ...email, test: { ...newTest(), variants: given } },
    });
  await expect(save([...variants, variant("Fresh")])).rejects.toThrow("A test holds five variants at most.");
  expect((await save(variants)).steps[0]?.test?.variants).toHaveLength(5);
});
