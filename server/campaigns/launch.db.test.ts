import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { launchCampaign } from "#server/enrollments/launch";
import { email, finishedDraft } from "./testing.ts";

describe("launch", () => {
  test("is refused with a sentence for everything that is missing", async () => {
    const { caller } = await newTenant();
    const { id } = await caller.campaigns.create({ name: "Empty", type: "broadcast" });
    const { version } = await caller.campaigns.byId({ id });
    const refused = caller.campaigns.launch({ id, version });
    await expect(refused).rejects.toThrow("Step 1 (email) has no subject: write one.");
    await expect(refused).rejects.toThrow("The campaign has no audience");
    expect((await caller.campaigns.byId({ id })).status).toBe("draft");
  });

  test("is refused for an unknown Liquid tag and a branch that leads nowhere", async () => {
    const tenant = await newTenant();
    const { id, first, campaign } = await finishedDraft(tenant);
    const { caller } = tenant;
    const saved = await caller.campaigns.saveStep({
      id,
      version: campaign.version,
      stepId: first,
      content: { ...email, emailContent: "<p>Hi</p>\n{% frobnicate %}" },
    });
    const forked = await caller.campaigns.addStep({
      id,
      version: saved.version,
      type: "condition",
      position: { kind: "edge", from: first, edge: "next" },
    });
    const refused = caller.campaigns.launch({ id, version: forked.version });
    await expect(refused).rejects.toThrow(/body: line 2, column 1: .*frobnicate/);
    await expect(refused).rejects.toThrow("The Yes branch of Step 2 (condition) leads nowhere");
  });

  test("a version that was changed after the review is not launched", async () => {
    const tenant = await newTenant();
    const { id, first, campaign } = await finishedDraft(tenant);
    await tenant.caller.campaigns.saveStep({ id, version: campaign.version, stepId: first, content: email });
    await expect(tenant.caller.campaigns.launch({ id, version: campaign.version })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  test("the review warns of a field that nobody has, and of a segment that could not be worked out", async () => {
    const tenant = await newTenant();
    const { id, first, campaign, list } = await finishedDraft(tenant);
    await tenant.caller.campaigns.saveStep({
      id,
      version: campaign.version,
      stepId: first,
      content: { ...email, subjectLine: "Hello {{ nickname }}" },
    });
    await withTenant(tenant.scope, (tx) =>
      tx.execute(
        sql`update segments set problem = 'Its rules name a field that is gone.' where id = ${list}::uuid`,
      ),
    );
    const { problems } = await tenant.caller.campaigns.review({ id });
    expect(problems.map(({ code, severity, where, stepId }) => [code, severity, where, stepId])).toEqual([
      ["segment_problem", "warning", "audience", null],
      ["unknown_variable", "warning", "steps", first],
    ]);
    expect(problems.map(({ message }) => message).join(" ")).toMatch(
      /could not be worked out\. Its rules name a field that is gone\..*nickname/,
    );
  });

  test("the review says who gets it and when the first email leaves", async () => {
    const tenant = await newTenant({ timezone: "Europe/Berlin" });
    const { id } = await finishedDraft(tenant);
    const review = await tenant.caller.campaigns.review({ id });
    expect(review.problems).toEqual([]);
    expect(review.audience).toEqual({
      chosen: 2,
      suppressed: 0,
      undisturbed: null,
      count: 2,
      snoozedUntil: null,
      missing: 0,
    });
    expect(review.forecast).toMatchObject({ count: 2, perDay: 50, days: 1 });
  });

  test("a preview is the message as it would leave, footer and all", async () => {
    const tenant = await newTenant();
    const { id, first } = await finishedDraft(tenant);
    const [ada] = await tenant.caller.campaigns.previewContacts({ id });
    const preview = await tenant.caller.campaigns.previewStep({
      id,
      stepId: first,
      contactId: ada?.id ?? null,
    });
    expect(preview.to).toBe("ada@example.test");
    expect(preview.html).toContain("1 Main Street, Springfield");
    expect(preview.html).toContain("/u/");
    expect(preview.warnings).toEqual(["first_name is empty."]);
  });

  test("of a launched campaign the text of an email can change, as a new version, but not into one that cannot be sent", async () => {
    const tenant = await newTenant();
    const { id, first } = await finishedDraft(tenant);
    const { campaigns } = tenant.caller;
    await withTenant(tenant.scope, (tx) => launchCampaign(tx, { campaignId: id }));
    const edit = async () => ({ id, version: (await campaigns.byId({ id })).version, stepId: first });
    const removal = async () => ({ ...(await edit()), stepIds: [first] });
    const empty = { ...email, subjectLine: "" };
    await expect(campaigns.saveStep({ ...(await edit()), content: empty })).rejects.toThrow("has no subject");
    await campaigns.saveStep({ ...(await edit()), content: { ...email, subjectLine: "Better" } });
    const versions = await withTenant(tenant.scope, (tx) =>
      tx.execute<{ subject: string }>(sql`
        select subject from campaign_step_versions where step_id = ${first}::uuid order by version`),
    );
    expect(versions.map((version) => version.subject)).toEqual([email.subjectLine, "Better"]);
    await expect(campaigns.removeSteps(await removal())).rejects.toThrow("keeps at least one step");
    await campaigns.addStep({
      id,
      version: (await campaigns.byId({ id })).version,
      type: "wait",
      position: { kind: "start" },
    });
    await campaigns.removeSteps(await removal());
    expect((await campaigns.byId({ id })).steps.map((step) => step.type)).toEqual(["wait"]);
  });
});
