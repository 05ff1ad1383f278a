import { describe, expect, it } from "vitest";
import { createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import type { RuleTree } from "./schema.ts";

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
  it("are counted as they are now, through other segments too, and never across tenants", async () => {
    const { caller, scope } = await workspaceOfThree();
    const other = await newTenant();
    const acme = await caller.segments.create({ name: "Acme", rules: company("acme") });
    const rest = await caller.segments.create({
      name: "The rest",
      rules: {
        version: 1,
        match: "all",
        rules: [{ field: "segment", operator: "not_in", value: [acme.id] }],
      },
    });
    await withTenant(scope, (tx) => createContacts(tx, [{ email: "d@people.test", company: "ACME" }]));
    const ids = [acme.id, rest.id];
    const counts = await caller.segments.counts({ ids });
    expect(new Map(counts.map(({ id, count }) => [id, count]))).toEqual(
      new Map([
        [acme.id, 3],
        [rest.id, 1],
      ]),
    );
    expect(await other.caller.segments.counts({ ids })).toEqual([]);
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
});
