import { expect, test } from "vitest";
import { createContact, createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { callerFor } from "#server/testing";
import type { RuleTree } from "./schema.ts";

test("no picker shows what is another workspace's, and its ids match nobody", async () => {
  const ours = await newTenant();
  const { id: contact } = await ours.caller.contacts.create({ email: "ours@people.test", company: "Acme" });
  await ours.caller.contacts.addTag({ id: contact, tag: "ours" });
  const { id: list } = await ours.caller.lists.create({ name: "Ours" });
  await ours.caller.lists.add({ id: list, contactIds: [contact] });
  const rule = (field: string, operator: "in" | "contains_any", value: string[]): RuleTree => ({
    version: 1,
    match: "all",
    rules: [{ field, operator, value }],
  });
  const segment = await ours.caller.segments.create({
    name: "Tagged",
    rules: rule("tags", "contains_any", ["ours"]),
  });
  const rules = [
    rule("list", "in", [list]),
    rule("segment", "in", [segment.id]),
    rule("tags", "contains_any", ["ours"]),
  ];
  for (const each of rules)
    expect(await ours.caller.segments.match({ rules: each })).toMatchObject({ count: 1 });

  const sibling = await createWorkspace(ours);
  const beside = callerFor({ sessionId: ours.sessionId, workspaceSlug: sibling.slug });
  const stranger = await newTenant();
  for (const [scope, caller] of [
    [sibling.scope, beside],
    [stranger.scope, stranger.caller],
  ] as const) {
    await withTenant(scope, (tx) => createContact(tx, { email: "ours@people.test" }));
    expect(await caller.tags.list()).toEqual([]);
    expect(await caller.segments.choices()).toEqual([]);
    expect(await caller.segments.vocabulary()).toMatchObject({ tags: [], choices: [], imports: [] });
    for (const each of rules)
      expect(await caller.segments.match({ rules: each })).toMatchObject({ count: 0, sample: [] });
  }
});
