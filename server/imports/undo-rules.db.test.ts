import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createSegment } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { refreshRange } from "#server/segments/members";
import { ruleTree } from "#server/segments/schema";
import { check, importFile, undoFile } from "./testing.ts";
import { forecastUndo } from "./undo-forecast.ts";

test("a segment whose rules they fit keeps nobody, and no campaign goes on with whom the import brought", async () => {
  const tenant = await newTenant();
  const rules = { version: 1, match: "all", rules: [{ field: "first_name", operator: "is_set" }] } as const;
  const { campaignId, segmentId } = await withTenant(tenant.scope, async (tx) => ({
    ...(await createCampaign(tx, { status: "active", steps: [{ stepType: "email" }] })),
    segmentId: await createSegment(tx, { name: "Named", rules }),
  }));
  const file = "email,first_name\nfree@example.com,Free\nenrolled@example.com,Enrolled\n";
  const { id } = await importFile(tenant, file, {});
  await withTenant(tenant.scope, async (tx) => {
    await refreshRange(tx, { segmentId, rules: ruleTree.parse(rules), now: new Date(), after: null });
    await tx.execute(sql`
      insert into campaign_contacts (campaign_id, contact_id, current_step_id, next_email_scheduled_at)
      select ${campaignId}::uuid, c.id, s.id, app_now() from contacts c, campaign_steps s
      where c.email = 'enrolled@example.com' and s.campaign_id = ${campaignId}::uuid`);
  });
  const { undoReport } = await undoFile(tenant, id);
  expect(undoReport).toMatchObject({ deleted: 1, kept: 1, reasons: { enrolled: 1 } });
  const places = await withTenant(tenant.scope, (tx) =>
    tx.execute(
      sql`select status, exit_reason from campaign_contacts where campaign_id = ${campaignId}::uuid`,
    ),
  );
  expect([...places]).toEqual([{ status: "exited", exit_reason: "import_rolled_back" }]);
});

test("what the import set going at campaigns' doors ends, and taking it back sets nothing going", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const list = await caller.lists.create({ name: "Fair" });
  await importFile(
    tenant,
    "email,city\nwaits@example.com,Ulm\nis-in@example.com,Ulm\nagain@example.com,Ulm\n",
  );
  const campaignId = await withTenant(scope, async (tx) => {
    const made = await createCampaign(tx, { status: "active", steps: [{ stepType: "email" }] });
    await tx.execute(sql`
      insert into campaign_triggers (campaign_id, role, trigger_type, segment_id, match, value) values
        (${made.campaignId}::uuid, 'enter', 'segment_entered', ${list.id}::uuid, null, null),
        (${made.campaignId}::uuid, 'enter', 'segment_left', ${list.id}::uuid, null, null),
        (${made.campaignId}::uuid, 'leave', 'segment_left', ${list.id}::uuid, null, null),
        (${made.campaignId}::uuid, 'enter', 'tag_added', null, 'vip', null),
        (${made.campaignId}::uuid, 'enter', 'field_changed', null, 'city', 'bonn'),
        (${made.campaignId}::uuid, 'enter', 'field_changed', null, 'city', 'ulm')`);
    return made.campaignId;
  });
  const waiting = () =>
    withTenant(scope, (tx) =>
      tx.execute<{ email: string; door: string }>(sql`
        select c.email, concat_ws(' ', t.role, t.trigger_type, t.value) as door
        from campaign_arrivals a join campaign_triggers t on t.id = a.trigger_id join contacts c on c.id = a.contact_id
        order by email, door`),
    ).then((rows) => rows.map(({ email, door }) => `${email} ${door}`));
  const rows = ["waits", "is-in", "again"].map((who) => `${who}@example.com,Bonn,vip\n`);
  const { id } = await importFile(tenant, `email,city,tags\n${rows.join("")}`, { listId: list.id });
  const doors = ["enter field_changed bonn", "enter segment_entered", "enter tag_added"];
  expect(await waiting()).toEqual(
    ["again", "is-in", "waits"].flatMap((who) => doors.map((door) => `${who}@example.com ${door}`)),
  );
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`
      with taken as (
        delete from campaign_arrivals a using contacts c, campaign_triggers t
        where c.id = a.contact_id and c.email = 'is-in@example.com' and t.id = a.trigger_id and t.trigger_type = 'segment_entered'
        returning a.campaign_id, a.contact_id, a.trigger_id)
      insert into campaign_contacts (campaign_id, contact_id, current_step_id, next_email_scheduled_at, context)
      select n.campaign_id, n.contact_id, s.id, app_now(), jsonb_build_object('triggerId', n.trigger_id)
      from taken n, campaign_steps s where s.campaign_id = n.campaign_id`);
  });
  const { rows: people } = await caller.contacts.list({ q: "again@example.com" });
  const again = people[0]?.id ?? "";
  await caller.contacts.removeTag({ id: again, tag: "vip" });
  await caller.contacts.addTag({ id: again, tag: "vip" });

  expect((await undoFile(tenant, id)).undoReport).toMatchObject({ restored: 3 });
  // Whoever left the list may have to leave the campaign; the tag is somebody's own by now.
  expect(await waiting()).toEqual([
    "again@example.com enter tag_added",
    ...["again", "is-in", "waits"].map((who) => `${who}@example.com leave segment_left`),
  ]);
  const places = await withTenant(scope, (tx) =>
    tx.execute(
      sql`select status, exit_reason from campaign_contacts where campaign_id = ${campaignId}::uuid`,
    ),
  );
  expect([...places]).toEqual([{ status: "exited", exit_reason: "import_rolled_back" }]);
  expect((await caller.lists.list({})).rows.map(({ count }) => count)).toEqual([0]);
});

test("contacts that only got a tag lose it, and those that the import left as they were have nothing to lose", async () => {
  const tenant = await newTenant();
  const file = `email,first_name,tags\na@example.com,Ada,\nb@example.com,Bob,vip\n`;
  await importFile(tenant, file.replace("vip", ""));
  const { id } = await importFile(tenant, file);
  const forecast = (after: string | null, window: number) =>
    withTenant(tenant.scope, (tx) => forecastUndo(tx, id, { after, window }));
  const first = await forecast(null, 1);
  expect(first).toMatchObject({ looked: 1, total: 2, next: expect.any(String) as string });
  expect(await forecast(first.next, 2)).toMatchObject({ looked: 1, total: 2, next: null });
  expect((await undoFile(tenant, id)).undoReport).toMatchObject({ untagged: 1, untouched: 1, restored: 0 });
});

test("who stays because of a later import is named with it, and with the address of today", async () => {
  const tenant = await newTenant();
  await importFile(tenant, "email,city\nold@example.com,Ulm\n");
  const { id } = await importFile(
    tenant,
    "email,first_name,city\nold@example.com,Ada,Bonn\nnew@example.com,Bob,Ulm\n",
  );
  const { rows } = await tenant.caller.contacts.list({ q: "old@example.com" });
  await tenant.caller.contacts.edit({
    id: rows[0]?.id ?? "",
    field: "email",
    seen: "old@example.com",
    value: "moved@example.com",
  });
  const again = "email,first_name\nmoved@example.com,Augusta\nnew@example.com,Bob\n";
  const later = await importFile(tenant, again, { fileName: "later.csv" });
  const kept = [
    { email: "new@example.com", emailNow: null, reason: "reimported", fields: [] },
    { email: "old@example.com", emailNow: "moved@example.com", reason: "reimported", fields: ["first_name"] },
  ].map((each) => ({ ...each, later: { id: later.id, fileName: "later.csv" } }));
  const sorted = <T extends { email: string }>(all: T[]) =>
    all.toSorted((x, y) => (x.email < y.email ? -1 : 1));
  expect(sorted((await tenant.caller.imports.undoKept({ id })).rows)).toMatchObject(kept);
  await undoFile(tenant, id);
  expect(sorted((await tenant.caller.imports.kept({ id })).rows)).toMatchObject(kept);
});

test("a tag that the import made stays where somebody's rule or campaign names it, foretold and named", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id } = await importFile(
    tenant,
    'email,tags\na@example.com,"ruled;heard;given;planned;elsewhere;quiet;unused;rul"\n',
  );
  const rule = { field: "tags", operator: "contains_any", value: ["Ruled"] } as const;
  await caller.segments.create({ name: "Unused", rules: { version: 1, match: "all", rules: [rule] } });
  await withTenant(scope, async (tx) => {
    const { campaignId } = await createCampaign(tx, { status: "active", steps: [{ stepType: "action" }] });
    await tx.execute(sql`
      insert into campaign_triggers (campaign_id, trigger_type, match) values (${campaignId}::uuid, 'tag_added', 'heard')`);
    await tx.execute(sql`
      update campaign_steps set action_config = '{"type": "add_tag", "tag": "Given"}' where campaign_id = ${campaignId}::uuid`);
  });
  const waiting = await check(tenant, "email\nb@example.com\n", { tags: ["planned"] });
  const { id: other } = await caller.contacts.create({ email: "other@example.com" });
  await caller.contacts.addTag({ id: other, tag: "elsewhere" });
  const quiet = (await caller.tags.list()).find(({ name }) => name === "quiet");
  await caller.tags.nameUndisturbed({ tagId: quiet?.id ?? null });
  const stays = { fields: [], lists: [], tags: ["elsewhere", "given", "heard", "planned", "quiet", "ruled"] };
  const { report } = await withTenant(scope, (tx) => forecastUndo(tx, id));
  expect(report.stays).toEqual(stays);
  expect((await undoFile(tenant, id)).undoReport?.stays).toEqual(stays);
  expect((await caller.tags.list()).map(({ name }) => name)).toEqual(stays.tags);
  await caller.imports.cancel({ id: waiting.id });
});

test("undoing is for admins", async () => {
  const member = await newTenant({ roles: ["member"], role: "member" });
  const { id } = await importFile(member, "email,first_name\na@example.com,Ada\n");
  await expect(member.caller.imports.undo({ id })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(member.caller.imports.undoForecast({ id })).rejects.toMatchObject({ code: "FORBIDDEN" });
});
