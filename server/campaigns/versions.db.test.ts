import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { email, finishedDraft } from "./testing.ts";

const words = (campaign: { steps: { type: string; subjectLine: string | null }[] }) =>
  campaign.steps.map(({ type, subjectLine }) => (type === "email" ? subjectLine : type));

test("undo and redo walk through structure and content alike, each as a new version", async () => {
  const tenant = await newTenant();
  const { caller } = tenant;
  const { id, first, campaign } = await finishedDraft(tenant);
  const hello = "Hello {{ first_name }}";
  expect(campaign.history.undo).toMatch(/^Changed email/);
  expect(campaign.history.redo).toBeNull();
  const forked = await caller.campaigns.addStep({
    id,
    version: campaign.version,
    type: "condition",
    position: { kind: "edge", from: first, edge: "next" },
  });
  const condition = forked.steps[1]?.id ?? "";
  const grown = await caller.campaigns.addStep({
    id,
    version: forked.version,
    type: "wait",
    position: { kind: "edge", from: condition, edge: "true" },
  });
  const edited = await caller.campaigns.saveStep({
    id,
    version: grown.version,
    stepId: first,
    content: { ...email, subjectLine: "Other" },
  });
  const emptied = await caller.campaigns.removeSteps({
    id,
    version: edited.version,
    stepIds: [condition],
    keep: { [condition]: "neither" },
  });
  expect(words(emptied)).toEqual(["Other"]);

  const back = await caller.campaigns.undo({ id, version: emptied.version });
  expect(back.steps).toEqual(edited.steps);
  expect(back.version).toBe(emptied.version + 1);
  const further = await caller.campaigns.undo({ id, version: back.version });
  expect(words(further)).toEqual([hello, "condition", "wait"]);
  expect(further.steps).toEqual(grown.steps);
  const again = await caller.campaigns.redo({ id, version: further.version });
  expect(again.steps).toEqual(edited.steps);
  const twice = await caller.campaigns.redo({ id, version: again.version });
  expect(words(twice)).toEqual(["Other"]);
  expect(twice.history.redo).toBeNull();

  // What changes no step is passed through; a new change leaves nothing to do again.
  const elsewhere = await caller.campaigns.updateAudience({
    id,
    version: twice.version,
    audience: { everyone: true },
  });
  const undone = await caller.campaigns.undo({ id, version: elsewhere.version });
  expect(words(undone)).toEqual(["Other", "condition", "wait"]);
  const { rows } = await caller.campaigns.versions({ id });
  const oldest = rows.at(-1)?.version ?? -1;
  const restored = await caller.campaigns.restoreVersion({ id, version: undone.version, past: oldest });
  expect(words(restored)).toEqual([""]);
  expect(restored.history.redo).toBeNull();
  await expect(caller.campaigns.redo({ id, version: restored.version })).rejects.toMatchObject({
    code: "CONFLICT",
  });
});

test("typing on is one change, and undo over somebody else's newer version is refused", async () => {
  const tenant = await newTenant();
  const { caller } = tenant;
  const { id, first, campaign } = await finishedDraft(tenant);
  let { version } = campaign;
  for (const subjectLine of ["H", "He", "Hey"])
    ({ version } = await caller.campaigns.saveStep({
      id,
      version,
      stepId: first,
      content: { ...email, subjectLine },
    }));
  await expect(caller.campaigns.undo({ id, version: version - 1 })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const undone = await caller.campaigns.undo({ id, version });
  expect(words(undone)).toEqual(["Hello {{ first_name }}"]);
});

test("a copied branch asks about its own emails", async () => {
  const tenant = await newTenant();
  const { caller } = tenant;
  const { id, first, campaign } = await finishedDraft(tenant);
  const forked = await caller.campaigns.addStep({
    id,
    version: campaign.version,
    type: "condition",
    position: { kind: "edge", from: first, edge: "next" },
  });
  const condition = forked.steps[1]?.id ?? "";
  const mailed = await caller.campaigns.addStep({
    id,
    version: forked.version,
    type: "email",
    position: { kind: "edge", from: condition, edge: "true" },
  });
  const inside = mailed.steps.find((step) => step.type === "email" && step.id !== first)?.id ?? "";
  const asked = await caller.campaigns.saveStep({
    id,
    version: mailed.version,
    stepId: condition,
    content: {
      type: "condition",
      rules: {
        version: 1,
        match: "all",
        rules: [{ field: "email_opened", operator: "is_true", value: { stepId: inside } }],
      },
      waitUpTo: null,
    },
  });
  const copied = await caller.campaigns.copySteps({
    id,
    version: asked.version,
    stepIds: [condition],
    position: { kind: "behind", conditionId: condition },
  });
  expect(copied.steps.map(({ type }) => type)).toEqual(["email", "condition", "email", "condition", "email"]);
  const [, original, , copy, copiedEmail] = copied.steps;
  expect(original?.whenFalse).toBe(copy?.id);
  expect(copy?.whenTrue).toBe(copiedEmail?.id);
  expect(JSON.stringify(copy?.conditionRules)).toContain(copiedEmail?.id);
  expect(JSON.stringify(original?.conditionRules)).toContain(inside);
});

test("steps are copied into another campaign of the workspace, with what they say of each other, and into no other workspace", async () => {
  const [tenant, stranger] = await Promise.all([newTenant(), newTenant()]);
  const { caller } = tenant;
  const { id: from, first, campaign } = await finishedDraft(tenant);
  const asks = await caller.campaigns.addStep({
    id: from,
    version: campaign.version,
    type: "condition",
    position: { kind: "edge", from: first, edge: "next" },
  });
  const condition = asks.steps[1]?.id ?? "";
  const rules = [{ field: "email_opened", operator: "is_true" as const, value: { stepId: first } }];
  await caller.campaigns.saveStep({
    id: from,
    version: asks.version,
    stepId: condition,
    content: { type: "condition", rules: { version: 1, match: "all", rules }, waitUpTo: null },
  });
  const { id } = await caller.campaigns.create({ name: "Another", type: "drip" });
  const blank = await caller.campaigns.byId({ id });
  const copy = {
    id,
    version: blank.version,
    from,
    stepIds: [condition, first],
    position: { kind: "start" } as const,
  };
  const pasted = await caller.campaigns.copySteps(copy);
  const [mail, question] = pasted.steps;
  expect(pasted.steps.map(({ type }) => type)).toEqual(["email", "condition", "email"]);
  expect([mail?.subjectLine, mail?.next === question?.id]).toEqual(["Hello {{ first_name }}", true]);
  expect(JSON.stringify(question?.conditionRules)).toContain(mail?.id);
  expect((await caller.campaigns.byId({ id: from })).steps.map((step) => step.id)).toEqual([
    first,
    condition,
  ]);
  expect((await caller.campaigns.undo({ id, version: pasted.version })).steps).toHaveLength(1);

  const theirs = await stranger.caller.campaigns.create({ name: "Theirs", type: "drip" });
  const { version } = await stranger.caller.campaigns.byId({ id: theirs.id });
  await expect(
    stranger.caller.campaigns.copySteps({ ...copy, id: theirs.id, version }),
  ).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("a version that was kept before a column was there comes back with that column's blank, and tells what changed since", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id, first, campaign } = await finishedDraft(tenant);
  const changed = await caller.campaigns.saveStep({
    id,
    version: campaign.version,
    stepId: first,
    content: { ...email, subjectLine: "Other" },
  });
  const compared = await caller.campaigns.compareVersions({
    id,
    from: campaign.version,
    to: changed.version,
  });
  expect(compared).toMatchObject([
    {
      kind: "changed",
      details: expect.arrayContaining(["Subject: “Hello {{ first_name }}” became “Other”"]) as unknown,
    },
  ]);
  // Kept before these two were columns: a step cannot be without them.
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_step_states set state = state - 'attachments' - 'reply_in_thread'`),
  );
  const back = await caller.campaigns.restoreVersion({
    id,
    version: changed.version,
    past: campaign.version,
  });
  expect(back.steps[0]).toMatchObject({
    subjectLine: "Hello {{ first_name }}",
    attachments: [],
    replyInThread: false,
  });
});
