import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { createCampaign, createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { matchRules } from "./match.ts";
import { type RuleTree, ruleTree } from "./schema.ts";

const company = (value: string): RuleTree => ({
  version: 1,
  match: "all",
  rules: [{ field: "company", operator: "equals", value }],
});

async function workspaceOfThree() {
  const tenant = await newTenant();
  await withTenant(tenant.scope, (tx) =>
    createContacts(tx, [
      { email: "a@people.test", company: "Acme" },
      { email: "b@people.test", company: "Acme" },
      { email: "c@people.test", company: "Globex" },
    ]),
  );
  return tenant;
}

describe("segments", () => {
  it("show how many match now and ten of them, and only of this workspace", async () => {
    const { caller, scope } = await workspaceOfThree();
    await workspaceOfThree();
    const acme = await caller.segments.create({ name: "Acme", rules: company("acme") });
    const rest: RuleTree = {
      version: 1,
      match: "all",
      rules: [{ field: "segment", operator: "not_in", value: [acme.id] }],
    };
    await withTenant(scope, (tx) =>
      createContacts(
        tx,
        Array.from({ length: 12 }, (_, index) => ({ email: `d${index}@people.test`, company: "ACME" })),
      ),
    );
    const { count, exact, sample } = await caller.segments.match({ rules: company("acme") });
    expect({ count, exact, first: sample[0]?.email, shown: sample.length }).toEqual({
      count: 14,
      exact: true,
      first: "d11@people.test",
      shown: 10,
    });
    expect(await caller.segments.match({ rules: rest })).toMatchObject({
      count: 1,
      sample: [{ email: "c@people.test" }],
    });
  });

  it("may not be part of themselves, nor nest deeper than five through a change at the bottom", async () => {
    const { caller } = await workspaceOfThree();
    const on = (id: string): RuleTree => ({
      version: 1,
      match: "all",
      rules: [{ field: "segment", operator: "in", value: [id] }],
    });
    const chain = [await caller.segments.create({ name: "0", rules: company("acme") })];
    for (let level = 1; level <= 5; level++)
      chain.push(await caller.segments.create({ name: `${level}`, rules: on(chain.at(-1)?.id ?? "") }));
    const [bottom, , , , , top] = chain.map(({ id }) => id);
    const circle = caller.segments.update({ id: bottom ?? "", name: "0", rules: on(top ?? "") });
    await expect(circle).rejects.toThrow(/part of itself/);
    const under = await caller.segments.create({ name: "Under", rules: company("globex") });
    const deeper = caller.segments.update({ id: bottom ?? "", name: "0", rules: on(under.id) });
    await expect(deeper).rejects.toThrow(/5 deep/);
    await expect(caller.segments.create({ name: "6", rules: on(top ?? "") })).rejects.toThrow(/5 deep/);
  });

  it("may not come to more rules than a statement holds through those they name", async () => {
    const { caller } = await workspaceOfThree();
    const many = (rule: object): RuleTree =>
      ruleTree.parse({ version: 1, match: "any", rules: Array.from({ length: 100 }, () => rule) });
    const { id } = await caller.segments.create({
      name: "Hundred",
      rules: many({ field: "click_count", operator: "at_least", value: { count: 1, days: 30 } }),
    });
    const naming = { field: "segment", operator: "in", value: [id] };
    await expect(
      caller.segments.create({ name: "Hundred times a hundred", rules: many(naming) }),
    ).rejects.toThrow("it has 10,000 rules; 2,000 are the most");
    await caller.segments.create({
      name: "A hundred once",
      rules: { ...many(naming), rules: [naming] },
    });
  });

  it("are counted from a sample where counting takes too long, and say so", async () => {
    const { scope } = await workspaceOfThree();
    const found = await withTenant(scope, async (tx) => {
      await createContacts(
        tx,
        Array.from({ length: 2000 }, (_, n) => ({
          email: `n${n}@people.test`,
          company: n % 2 ? "Acme" : "Initech",
        })),
      );
      const [exact, sampled, planned] = [
        await matchRules(tx, company("acme")),
        await matchRules(tx, company("acme"), { exactMs: 0, estimateMs: 5000 }),
        await matchRules(tx, company("acme"), { exactMs: 0, estimateMs: 0 }),
      ];
      return { exact, sampled, planned };
    });
    expect(found.exact).toMatchObject({ count: 1002, exact: true });
    // Nearly all of so few rows are in the sample: only two digits of them are told.
    expect(found.sampled.exact).toBe(false);
    expect(String(found.sampled.count)).toMatch(/^[0-9]{2}0+$/);
    expect(Math.abs(found.sampled.count - 1000)).toBeLessThan(500);
    expect(found.sampled.sample).toHaveLength(10);
    expect(found.planned).toMatchObject({ exact: false, sample: [] });
    expect(String(found.planned.count)).toMatch(/^[0-9]{1,2}0*$/);
  });

  it("are duplicated under a free name", async () => {
    const { caller } = await workspaceOfThree();
    const { id } = await caller.segments.create({ name: "Acme", rules: company("acme") });
    await caller.segments.duplicate({ id });
    const second = await caller.segments.duplicate({ id });
    expect(await caller.segments.byId(second)).toMatchObject({
      name: "Copy of Acme 2",
      rules: company("acme"),
    });
  });

  it("refuse a change by somebody who has not seen the last one", async () => {
    const { caller } = await workspaceOfThree();
    const { id } = await caller.segments.create({ name: "Acme", rules: company("acme") });
    const { updatedAt: seen } = await caller.segments.byId({ id });
    const { updatedAt } = await caller.segments.update({ id, name: "Acme", rules: company("globex"), seen });
    await expect(
      caller.segments.update({ id, name: "Acme", rules: company("initech"), seen }),
    ).rejects.toThrow(/changed this segment meanwhile/);
    await caller.segments.update({ id, name: "Acme", rules: company("initech"), seen: updatedAt });
    expect((await caller.segments.byId({ id })).rules).toEqual(company("initech"));
  });

  it("cannot be deleted while another one is built on them, and say by which", async () => {
    const { caller } = await workspaceOfThree();
    const { id } = await caller.segments.create({ name: "Acme", rules: company("acme") });
    await caller.segments.create({
      name: "Built on it",
      rules: { version: 1, match: "any", rules: [{ field: "segment", operator: "in", value: [id] }] },
    });
    await expect(caller.segments.delete({ id })).rejects.toThrow(
      /"Acme" is used by the segment "Built on it"/,
    );
    expect((await caller.segments.byId({ id })).uses).toMatchObject([
      { kind: "segment", name: "Built on it" },
    ]);
  });

  it("cannot be deleted while a campaign is for them, asks for them or adds to them, and can once it is over", async () => {
    const { caller, scope } = await workspaceOfThree();
    const { id } = await caller.segments.create({ name: "Acme", rules: company("acme") });
    const member = { field: "segment", operator: "in", value: [id] };
    const conditionRules = { version: 1, match: "all", rules: [member] };
    const uses = [
      { segmentId: id, steps: [] },
      { steps: [{ stepType: "condition" as const, conditionRules }] },
    ];
    for (const values of uses) {
      const { campaignId } = await withTenant(scope, (tx) =>
        createCampaign(tx, { name: "Spring", status: "active", ...values }),
      );
      await expect(caller.segments.delete({ id })).rejects.toMatchObject({
        code: "CONFLICT",
        message: '"Acme" is used by the campaign "Spring". Change that first.',
      });
      await withTenant(scope, (tx) =>
        tx.execute(sql`update campaigns set status = 'completed' where id = ${campaignId}::uuid`),
      );
    }
    await caller.segments.delete({ id });
    await expect(caller.segments.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("cannot be deleted while a trigger, an action or the scoring names them", async () => {
    const { caller, scope } = await workspaceOfThree();
    const { id } = await caller.segments.create({ name: "Acme", rules: company("acme") });
    const { id: list } = await caller.lists.create({ name: "Guests" });
    const member = { field: "segment", operator: "in", value: [id] };
    type Values = Parameters<typeof createCampaign>[1];
    const campaign = (name: string, values: Values = {}) =>
      withTenant(scope, (tx) => createCampaign(tx, { name, status: "active", ...values }));
    const { campaignId } = await campaign("Triggered");
    const { campaignId: leaving } = await campaign("Leaving");
    await campaign("Action", {
      steps: [{ stepType: "action", actionConfig: { type: "add_to_list", listId: list } }],
    });
    await withTenant(scope, async (tx) => {
      await tx.execute(sql`insert into campaign_triggers (campaign_id, role, trigger_type, segment_id)
        values (${campaignId}::uuid, 'enter', 'segment_entered', ${id}::uuid), (${leaving}::uuid, 'leave', 'segment_left', ${id}::uuid)`);
      const rules = [
        { kind: "match", category: "fit", points: 5, rules: { version: 1, match: "all", rules: [member] } },
      ];
      await tx.execute(
        sql`insert into lead_scoring_models (name, rules) values ('Points', ${JSON.stringify(rules)}::jsonb)`,
      );
    });
    await expect(caller.segments.delete({ id })).rejects.toThrow(
      '"Acme" is used by the campaign "Leaving", the campaign "Triggered", the lead score. Change that first.',
    );
    await expect(caller.lists.delete({ id: list })).rejects.toThrow(
      '"Guests" is used by the campaign "Action"',
    );
  });

  it("are shown with what is wrong of their rules when these cannot be read, are not copied, and can be mended", async () => {
    const { caller, scope } = await workspaceOfThree();
    const { id } = await caller.segments.create({ name: "Acme", rules: company("acme") });
    await withTenant(scope, (tx) =>
      tx.execute(sql`update segments set rules = jsonb_set(rules, '{rules,1}', '{"field": "shoe_size", "operator": "equals", "value": "44"}')
        where id = ${id}::uuid`),
    );
    const found = await caller.segments.byId({ id });
    expect(found.unreadable).toEqual(['The rule “shoe_size equals "44"”: There is no field "shoe_size".']);
    expect(found.rules.rules[0]).toEqual(company("acme").rules[0]);
    expect((await caller.segments.list({})).rows.map(({ name }) => name)).toEqual(["Acme"]);
    await expect(caller.segments.duplicate({ id })).rejects.toThrow("a copy would lack them");
    await expect(
      caller.segments.update({ id, name: "Acme", rules: found.rules, seen: found.updatedAt }),
    ).rejects.toMatchObject({ code: "BAD_REQUEST" });
    const on: RuleTree = {
      version: 1,
      match: "all",
      rules: [{ field: "segment", operator: "in", value: [id] }],
    };
    await expect(caller.segments.match({ rules: on })).rejects.toThrow(
      /The rules of the segment “Acme” .* There is no field "shoe_size"\. Open it/,
    );
    await caller.segments.update({ id, name: "Acme", rules: company("acme"), seen: found.updatedAt });
    expect(await caller.segments.byId({ id })).toMatchObject({ unreadable: [], rules: company("acme") });
    expect(await caller.segments.match({ rules: on })).toMatchObject({ count: 2 });
  });
});
