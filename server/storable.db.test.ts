import { expect, test } from "vitest";
import { createCampaign } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";

type Caller = Awaited<ReturnType<typeof newTenant>>["caller"];

const searches: Record<string, (caller: Caller, q: string) => Promise<readonly unknown[]>> = {
  campaigns: async ({ campaigns }, q) => (await campaigns.list({ q })).rows,
  suppressions: async ({ suppressions }, q) => (await suppressions.list({ q })).rows,
  imports: async ({ imports }, q) => (await imports.list({ q })).rows,
  drafts: async ({ drafts }, q) => (await drafts.list({ view: "review", q })).rows,
  templates: async ({ templates }, q) => (await templates.list({ q })).rows,
  segments: async ({ segments }, q) => (await segments.list({ q })).rows,
  lists: async ({ lists }, q) => (await lists.list({ q })).rows,
  "contacts of a preview": ({ templates }, q) => templates.previewContacts({ q }),
};

/** A workspace that has one of what is searched in most of these lists, named "spring". */
async function spring(): Promise<Caller> {
  const { caller, scope } = await newTenant();
  await withTenant(scope, (tx) => createCampaign(tx, { name: "Spring" }));
  await caller.suppressions.add({ emails: "spring@example.test" });
  await caller.lists.create({ name: "Spring" });
  await caller.contacts.create({ email: "spring@example.com" });
  return caller;
}

test("a search for text that nobody can hold finds nobody, in every list, and is no failure", async () => {
  const caller = await spring();
  const found = async (q: string) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(searches).map(async ([name, search]) => [name, (await search(caller, q)).length]),
      ),
    ) as Record<string, number>;
  expect(await found("spring")).toMatchObject({
    ...{ campaigns: 1, suppressions: 1, lists: 1, "contacts of a preview": 1 },
  });
  const nobody = Object.fromEntries(Object.keys(searches).map((name) => [name, 0]));
  for (const q of ["\0", "spring\0", "s\0pring", "spring\ud800"])
    expect([q, await found(q)]).toEqual([q, nobody]);
});
