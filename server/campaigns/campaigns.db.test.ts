import { describe, expect, test } from "vitest";
import { createCampaign, createMailbox, createSession, createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { callerFor } from "#server/testing";
import { email, finishedDraft } from "./testing.ts";

type Caller = Awaited<ReturnType<typeof newTenant>>["caller"];

const shape = (campaign: Awaited<ReturnType<Caller["campaigns"]["byId"]>>) =>
  campaign.steps.map((step) => {
    const at = (id: string | null) => campaign.steps.find((each) => each.id === id)?.number ?? "-";
    return step.type === "condition"
      ? `${step.type}?${at(step.whenTrue)}|${at(step.whenFalse)}`
      : `${step.type}>${at(step.next)}`;
  });

describe("who may", () => {
  test("a campaign of another workspace, or another tenant, does not exist", async () => {
    const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
    const { id, first, campaign } = await finishedDraft(ours);
    const second = await createWorkspace(ours);
    const { sessionId } = await createSession(ours.userId);
    const nextDoor = callerFor({ sessionId, workspaceSlug: second.slug });
    for (const { campaigns, analytics } of [theirs.caller, nextDoor]) {
      const edit = { id, version: campaign.version };
      const calls = [
        campaigns.byId({ id }),
        campaigns.review({ id }),
        campaigns.previewStep({ id, stepId: first, contactId: null }),
        campaigns.previewContacts({ id }),
        campaigns.clone({ id }),
        campaigns.rename({ id, name: "Mine" }),
        campaigns.archive({ id }),
        campaigns.remove({ id }),
        campaigns.addStep({ ...edit, type: "wait", position: { kind: "start" } }),
        campaigns.saveStep({ ...edit, stepId: first, content: email }),
        campaigns.updateAudience({ ...edit, audience: { everyone: true } }),
        campaigns.launch(edit),
        campaigns.pause({ id }),
        campaigns.resume({ id }),
        analytics.live({ id }),
        analytics.follow({ id }),
        analytics.timeline({ id, unit: "day" }),
        analytics.messages({ id, is: "sent" }),
        analytics.people({ id }),
        analytics.recount({ id }),
      ];
      const codes = (await Promise.allSettled<unknown>(calls)).map((result) =>
        result.status === "rejected" ? (result.reason as { code: string }).code : "answered",
      );
      expect(codes).toEqual(calls.map(() => "NOT_FOUND"));
      expect((await campaigns.list({})).rows).toEqual([]);
    }
  });

  test("a viewer sees a campaign and can neither change nor launch it", async () => {
    const viewer = await newTenant({ roles: ["member"], role: "viewer" });
    const { campaignId: id } = await withTenant(viewer.scope, (tx) =>
      createCampaign(tx, { steps: [{ stepType: "email" }] }),
    );
    const { version } = await viewer.caller.campaigns.byId({ id });
    await expect(viewer.caller.campaigns.launch({ id, version })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await expect(viewer.caller.campaigns.rename({ id, name: "x" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await expect(viewer.caller.campaigns.pause({ id })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("edit", () => {
  test("a save over a newer version is refused, and nothing of it is written", async () => {
    const tenant = await newTenant();
    const { id, first, campaign } = await finishedDraft(tenant);
    const edit = { id, version: campaign.version };
    const content = { ...email, subjectLine: "First" };
    await tenant.caller.campaigns.saveStep({ ...edit, stepId: first, content });
    const late = tenant.caller.campaigns.saveStep({
      ...edit,
      stepId: first,
      content: { ...email, subjectLine: "Second" },
    });
    await expect(late).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await tenant.caller.campaigns.byId({ id })).steps[0]?.subjectLine).toBe("First");
  });

  test("of two saves at once one wins, and the other is told", async () => {
    const tenant = await newTenant();
    const { id, first, campaign } = await finishedDraft(tenant);
    const save = (subjectLine: string) =>
      tenant.caller.campaigns.saveStep({
        id,
        version: campaign.version,
        stepId: first,
        content: { ...email, subjectLine },
      });
    const results = await Promise.allSettled([save("A"), save("B")]);
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("steps relink when one is added, moved and deleted", async () => {
    const { caller } = await newTenant();
    const { id } = await caller.campaigns.create({ name: "Drip", type: "drip" });
    let campaign = await caller.campaigns.byId({ id });
    const edit = () => ({ id, version: campaign.version });
    const [first] = campaign.steps;
    const behind = { kind: "edge", from: first?.id ?? "", edge: "next" } as const;
    campaign = await caller.campaigns.addStep({ ...edit(), type: "email", position: behind });
    campaign = await caller.campaigns.addStep({ ...edit(), type: "wait", position: behind });
    campaign = await caller.campaigns.addStep({
      ...edit(),
      type: "condition",
      position: { kind: "before", stepId: campaign.steps[2]?.id ?? "" },
    });
    expect(shape(campaign)).toEqual(["email>2", "wait>3", "condition?4|4", "email>-"]);

    const condition = campaign.steps[2]?.id ?? "";
    campaign = await caller.campaigns.addStep({
      ...edit(),
      type: "action",
      actionType: "exit",
      position: { kind: "edge", from: condition, edge: "false" },
    });
    expect(shape(campaign)).toEqual(["email>2", "wait>3", "condition?4|5", "email>-", "action>4"]);
    expect(campaign.steps[4]?.headline).toBe("End here");

    const wait = campaign.steps[1]?.id ?? "";
    campaign = await caller.campaigns.moveSteps({ ...edit(), stepIds: [wait], position: { kind: "start" } });
    expect(shape(campaign)).toEqual(["wait>2", "email>3", "condition?4|5", "email>-", "action>4"]);

    await expect(caller.campaigns.removeSteps({ ...edit(), stepIds: [condition] })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    campaign = await caller.campaigns.removeSteps({
      ...edit(),
      stepIds: [condition],
      keep: { [condition]: "true" },
    });
    expect(shape(campaign)).toEqual(["wait>2", "email>3", "email>-"]);
  });

  test("a link that would lead round in circles is refused", async () => {
    const tenant = await newTenant();
    const { id, first, campaign } = await finishedDraft(tenant);
    const edit = { id, version: campaign.version };
    const link = tenant.caller.campaigns.linkStep({ ...edit, stepId: first, edge: "next", to: first });
    await expect(link).rejects.toThrow("round in circles");
  });

  test("“no limits” and a foreign sender domain are for the sandbox only", async () => {
    const tenant = await newTenant();
    const { id, campaign } = await finishedDraft(tenant);
    const smtp = await withTenant(tenant.scope, (tx) =>
      createMailbox(tx, { email: "ana@example.com", provider: "smtp", isDefault: false }),
    );
    const save = (settings: Partial<typeof campaign.settings>) =>
      tenant.caller.campaigns.updateSettings({
        id,
        version: campaign.version,
        settings: { ...campaign.settings, ...settings },
      });
    await expect(save({ emailAccountId: smtp, noLimits: true })).rejects.toThrow("for the sandbox only");
    await expect(save({ emailAccountId: smtp, fromEmail: "ana@elsewhere.test" })).rejects.toThrow(
      "must be of the mailbox’s domain",
    );
    const saved = await save({
      noLimits: true,
      sendDays: ["sun"],
      sendWindowStart: "22:00",
      sendWindowEnd: "06:00",
    });
    expect(saved.settings).toMatchObject({
      noLimits: true,
      sendDays: ["sun"],
      sendWindowStart: "22:00",
      sendWindowEnd: "06:00",
    });
  });

  test("a clone has its own steps, edges and rules, and nobody in it", async () => {
    const tenant = await newTenant();
    const { id, first, campaign } = await finishedDraft(tenant);
    const { caller } = tenant;
    const withFork = await caller.campaigns.addStep({
      id,
      version: campaign.version,
      type: "condition",
      position: { kind: "edge", from: first, edge: "next" },
    });
    const fork = withFork.steps[1]?.id ?? "";
    await caller.campaigns.saveStep({
      id,
      version: withFork.version,
      stepId: fork,
      content: {
        type: "condition",
        rules: {
          version: 1,
          match: "all",
          rules: [{ field: "email_opened", operator: "is_true", value: { stepId: first } }],
        },
      },
    });
    const copy = await caller.campaigns.byId(await caller.campaigns.clone({ id }));
    expect(copy).toMatchObject({ name: "Welcome (Copy)", status: "draft", audience: campaign.audience });
    expect(shape(copy)).toEqual(shape(await caller.campaigns.byId({ id })));
    const copied = copy.steps[0]?.id;
    expect(copied).not.toBe(first);
    expect(copy.steps[1]?.conditionRules?.rules[0]).toMatchObject({ value: { stepId: copied } });
  });
});

test("a step knows which version of its template it has, and so does its copy", async () => {
  const tenant = await newTenant();
  const { id, first, campaign } = await finishedDraft(tenant);
  const { templates, campaigns } = tenant.caller;
  const content = { name: "Hello", subject: "Hi", previewText: "", html: "<p>Hi</p>", text: null };
  const template = await templates.create(content);
  await campaigns.saveStep({
    ...{ id, version: campaign.version, stepId: first },
    content: { ...email, templateId: template.id, templateVersion: 1 },
  });
  await templates.save({ ...content, id: template.id, version: 1, html: "<p>Hello</p>" });
  const copy = await campaigns.byId(await campaigns.clone({ id }));
  expect(copy.steps[0]).toMatchObject({ templateId: template.id, templateVersion: 1 });
  expect(await campaigns.templates()).toMatchObject([{ id: template.id, version: 2, html: "<p>Hello</p>" }]);
});

test("a deleted or archived campaign leaves the list, and only drafts and archived ones can be deleted", async () => {
  const tenant = await newTenant();
  const { id } = await finishedDraft(tenant);
  const { caller } = tenant;
  await caller.campaigns.archive({ id });
  expect((await caller.campaigns.list({})).rows).toEqual([]);
  expect((await caller.campaigns.list({ status: "archived" })).rows.map((row) => row.id)).toEqual([id]);
  await caller.campaigns.remove({ id });
  await expect(caller.campaigns.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
