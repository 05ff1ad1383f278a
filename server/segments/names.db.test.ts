import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { createList } from "#server/lists/mutations";
import { check } from "#server/imports/testing";
import { everyone } from "./schema.ts";

const taken = (field: string, sentence: RegExp) => ({
  cause: { code: "conflict", fields: { [field]: expect.stringMatching(sentence) as string } },
});

test("lists and segments share their names in any case, and making, renaming and importing say at the field who has it", async () => {
  const tenant = await newTenant();
  const { caller, scope, userId } = tenant;
  const { id } = await caller.lists.create({ name: "Öfen" });
  const sentence = /^There is a list called "Öfen" already; upper and lower case make no difference/;
  await expect(caller.lists.create({ name: "öFEN" })).rejects.toMatchObject(taken("name", sentence));
  await expect(caller.segments.create({ name: "ÖFEN", rules: everyone })).rejects.toMatchObject(
    taken("name", sentence),
  );
  const segment = await caller.segments.create({ name: "Smart", rules: everyone });
  await expect(
    caller.segments.update({ id: segment.id, name: "öfen", rules: everyone }),
  ).rejects.toMatchObject(taken("name", sentence));
  await expect(caller.lists.update({ id, name: "SMART" })).rejects.toMatchObject(
    taken("name", /segment called "Smart"/),
  );
  await expect(check(tenant, "email\na@example.com\n", { newList: "smart" })).rejects.toMatchObject({
    fields: { "options.newList": expect.stringContaining('segment called "Smart"') as string },
  });
  await caller.lists.update({ id, name: "ÖFEN" });
  await caller.segments.create({ name: "copy of SMART", rules: everyone });
  const { id: copy } = await caller.segments.duplicate({ id: segment.id });
  expect((await caller.segments.byId({ id: copy })).name).toBe("Copy of Smart 2");
  // Two at once: who comes second has looked before the first is there.
  const both = await Promise.allSettled(
    ["Twin", "TWIN"].map((name) => withTenant(scope, (tx) => createList(tx, { name }, userId))),
  );
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("the migration keeps lists whose names differ in case: the first keeps its name, the others say what they were called", async () => {
  const { tenantId, workspaceId, caller } = await newTenant();
  await caller.lists.create({ name: "Free (2)" });
  const file = fs
    .readFileSync(path.join(import.meta.dirname, "../../db/migrations/0055_list_names.sql"), "utf8")
    .replaceAll("--> statement-breakpoint", "");
  const undone = new Error("undone");
  type Named = { name: string; description: string | null };
  let found: { lists: Named[]; told: number } = { lists: [], told: 0 };
  const migrated = asOwner((owner) =>
    owner.begin(async (tx) => {
      await tx.unsafe(
        `drop index segments_name_unique; create unique index segments_name_unique on segments (tenant_id, workspace_id, name)`,
      );
      for (const [name, minute] of [
        ["Größe Ä", 1],
        ["größe ä", 2],
        ["GRÖßE Ä", 3],
        ["FREE", 4],
        ["free", 5],
      ] as const)
        await tx`
          insert into segments (tenant_id, workspace_id, name, description, segment_type, created_at)
          values (${tenantId}, ${workspaceId}, ${name}, ${name === "free" ? "Ours." : null}, 'static', app_now() + make_interval(mins => ${minute}))`;
      await tx.unsafe(file);
      const lists = await tx<Named[]>`
        select name, description from segments where workspace_id = ${workspaceId} order by created_at`;
      const told = await tx`
        select from audit_log where workspace_id = ${workspaceId} and new_value ->> 'because' is not null`;
      found = { lists: [...lists], told: told.length };
      throw undone;
    }),
  );
  await expect(migrated).rejects.toBe(undone);
  expect(found.lists).toEqual([
    { name: "Free (2)", description: null },
    { name: "Größe Ä", description: null },
    { name: "größe ä (2)", description: 'Was called "größe ä", which cannot stand beside "Größe Ä".' },
    { name: "GRÖßE Ä (3)", description: 'Was called "GRÖßE Ä", which cannot stand beside "Größe Ä".' },
    { name: "FREE", description: null },
    { name: "free (3)", description: 'Ours. Was called "free", which cannot stand beside "FREE".' },
  ]);
  expect(found.told).toBe(3);
});
