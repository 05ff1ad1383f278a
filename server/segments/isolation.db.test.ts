import { expect, test } from "vitest";
import { createCampaign, createContact, createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { importFile } from "#server/imports/testing";
import { callerFor } from "#server/testing";
import { nameKinds, type RuleTree } from "./schema.ts";

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
  const { id: imported } = await importFile(ours, "email,plan\nimported@people.test,pro\n");
  const { campaignId } = await withTenant(ours.scope, (tx) =>
    createCampaign(tx, { name: "Ours", status: "paused" }),
  );
  const words = await ours.caller.segments.vocabulary();
  expect(words.imports.map(({ id }) => id)).toEqual([imported]);
  expect(words.campaigns.map(({ id }) => id)).toEqual([campaignId]);
  expect(words.customFields).toHaveLength(1);
  const ids = (await Promise.all(nameKinds.map((kind) => ours.caller.segments.names({ kind })))).flatMap(
    (found) => found.map(({ id }) => id),
  );
  // The list and the segment twice, the campaign thrice.
  expect(ids).toHaveLength(9);
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
    expect(await caller.segments.vocabulary()).toEqual({
      customFields: [],
      choices: [],
      campaigns: [],
      imports: [],
    });
    expect((await caller.lists.list({ q: "our" })).rows).toEqual([]);
    expect((await caller.segments.list({})).rows).toEqual([]);
    for (const kind of nameKinds) {
      expect(await caller.segments.names({ kind })).toEqual([]);
      expect(await caller.segments.names({ kind, ids })).toEqual([]);
    }
    for (const each of rules)
      expect(await caller.segments.match({ rules: each })).toMatchObject({ count: 0, sample: [] });

    // Ids that somebody wrote down elsewhere: of a group there is none, and of contacts none is among them.
    const gone = { code: "NOT_FOUND" };
    for (const id of [list, segment.id]) {
      await expect(caller.exports.count({ of: { kind: "segment", segmentId: id } })).rejects.toMatchObject(
        gone,
      );
      for (const part of ["list", "segment"]) {
        const of = { kind: "filter" as const, filter: { [part]: id } };
        await expect(caller.exports.count({ of })).rejects.toMatchObject(gone);
        const edit = { key: crypto.randomUUID(), selection: { filter: { [part]: id } } };
        await expect(
          caller.contactEdits.create({ ...edit, change: { action: "tag", tag: "taken" } }),
        ).rejects.toMatchObject(gone);
      }
    }
    expect(await caller.exports.count({ of: { kind: "selection", ids: [contact] } })).toMatchObject({
      count: 0,
    });
    const onto = { key: crypto.randomUUID(), selection: { ids: [contact] } };
    await expect(
      caller.contactEdits.create({ ...onto, change: { action: "add_to_list", listId: list } }),
    ).rejects.toMatchObject(gone);
    const { id: theirs } = await caller.lists.create({ name: "Theirs" });
    expect(await caller.lists.add({ id: theirs, contactIds: [contact] })).toEqual({ added: 0 });
    await expect(caller.lists.add({ id: list, contactIds: [contact] })).rejects.toMatchObject(gone);
  }
  expect(await ours.caller.lists.byId({ id: list })).toMatchObject({ count: 1 });
});
