import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createContact, createSegment } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { importFile } from "#server/imports/testing";
import { defaultScoring } from "#server/scoring/schema";
import { refreshNext, requestRefresh, takeRefresh } from "#server/segments/refresh";
import type { TimelinePage } from "./timeline.ts";

test("a timeline is paged without a gap or a double, though much of it is of one moment", async () => {
  const { scope, caller } = await newTenant();
  const id = await withTenant(scope, async (tx) => {
    const contactId = await createContact(tx);
    // One statement, one moment: only their ids tell them apart.
    await tx.execute(sql`insert into contact_events (contact_id, type, data)
      select ${contactId}::uuid, 'contact.updated', '{}' from generate_series(1, 78)`);
    const moment = sql`(select max(occurred_at) from contact_events)`;
    // An enrollment that ended as it began is one row and two entries: they stand on both sides of the second page's end.
    for (let n = 0; n < 3; n++) {
      const { campaignId } = await createCampaign(tx, { steps: [{ stepType: "email" }] });
      await tx.execute(sql`insert into campaign_contacts (campaign_id, contact_id, status, enrolled_at, exited_at)
        values (${campaignId}::uuid, ${contactId}::uuid, 'exited', ${moment}, ${moment})`);
    }
    await tx.execute(sql`insert into contact_events (contact_id, type, data, occurred_at)
      select ${contactId}::uuid, 'tag.added', '{}', ${moment} - interval '1 microsecond' * n from generate_series(1, 20) n`);
    return contactId;
  });
  const pages: TimelinePage[] = [];
  for (
    let cursor: TimelinePage["next"] = null;
    pages.length === 0 || cursor;
    cursor = pages.at(-1)?.next ?? null
  )
    pages.push(await caller.contacts.timeline({ id, cursor }));
  const entries = pages.flatMap((page) => page.entries);
  expect(pages.map((page) => page.entries.length)).toEqual([40, 40, 24]);
  expect(new Set(entries.map((entry) => `${entry.type} ${entry.id}`)).size).toBe(78 + 6 + 20);
  expect(entries.slice(84).every(({ type }) => type === "tag.added")).toBe(true);
});

test("a timeline tells of segments, of the score's tier and of suppression lists, also when they are over", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id } = await caller.contacts.create({ email: "ada@acme.example", company: "Acme" });
  const rules = {
    version: 1,
    match: "all",
    rules: [{ field: "company", operator: "equals", value: "acme" }],
  };
  const segment = await withTenant(scope, (tx) => createSegment(tx, { name: "Acme", rules }));
  const told = async () => {
    const { entries } = await caller.contacts.timeline({ id });
    return entries.map(({ type, data, actor }) => [
      type,
      data.segment ?? data.tier ?? data.key,
      actor !== null,
    ]);
  };
  const recalculated = async () => {
    await withTenant(scope, (tx) => requestRefresh(tx, tenant.workspaceId, segment));
    const fence = (await takeRefresh(scope, crypto.randomUUID())) ?? -1;
    while (!(await refreshNext(scope, fence)).done) continue;
  };
  await recalculated();
  const decay = { decayEnabled: false, decayRate: 5, decayIntervalDays: 30 };
  await caller.scoring.save({ scoring: defaultScoring, isActive: true, ...decay });
  await caller.suppressions.add({
    emails: "ada@acme.example, @acme.example",
    reason: "competitor",
    scope: "workspace",
  });
  await caller.scoring.override({ contactId: id, total: 90 });
  const inIt = [
    ["score.overridden", "sql", true],
    ["suppression.added", "@acme.example", true],
    ["suppression.added", "ada@acme.example", true],
    ["segment.entered", "Acme", false],
    ["contact.created", undefined, true],
  ];
  const sorted = (entries: unknown[][]) => entries.map(String).sort();
  expect(sorted(await told())).toEqual(sorted(inIt));

  await caller.contacts.edit({ id, field: "company", seen: "Acme", value: "Globex" });
  await recalculated();
  for (const { id: suppression } of (await caller.suppressions.list({})).rows)
    await caller.suppressions.remove({ id: suppression, evidence: "They became a customer." });
  expect(sorted(await told())).toEqual(
    sorted([
      ...inIt,
      ["contact.updated", undefined, true],
      ["segment.left", "Acme", false],
      ["suppression.removed", "@acme.example", true],
      ["suppression.removed", "ada@acme.example", true],
    ]),
  );
  const { entries } = await caller.contacts.timeline({ id });
  expect(entries.at(-2)?.type, "at the moment it came").toBe("segment.entered");
});

test("a contact names the import that brought it, and the last one that changed it", async () => {
  const tenant = await newTenant();
  const { caller } = tenant;
  const { id: byHand } = await caller.contacts.create({ email: "hand@example.com" });
  const first = await importFile(tenant, "email,city\nfile@example.com,Rome\n", { fileName: "first.csv" });
  const both = "email,city\nfile@example.com,Paris\nhand@example.com,Paris\n";
  const second = await importFile(tenant, both, { fileName: "second.csv" });
  const [fromFile] = (await caller.contacts.list({ q: "file@", sort: "newest" })).rows;
  const last = { id: second.id, name: "second.csv" };
  expect(await caller.contacts.byId({ id: fromFile?.id ?? "" })).toMatchObject({
    importId: first.id,
    importName: "first.csv",
    lastImport: last,
  });
  // Nobody brought the one that was added by hand.
  expect(await caller.contacts.byId({ id: byHand })).toMatchObject({ importId: null, lastImport: last });
  // A file that says the same again changes nothing.
  await importFile(tenant, both, { fileName: "third.csv" });
  expect(await caller.contacts.byId({ id: byHand })).toMatchObject({ lastImport: last });
});
