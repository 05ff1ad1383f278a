import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createSegment } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { refreshRange } from "#server/segments/members";
import { ruleTree } from "#server/segments/schema";
import { importFile, undoFile } from "./testing.ts";

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

test("contacts that only got a tag lose it, and those that the import left as they were have nothing to lose", async () => {
  const tenant = await newTenant();
  const file = `email,first_name,tags\na@example.com,Ada,\nb@example.com,Bob,vip\n`;
  await importFile(tenant, file.replace("vip", ""));
  const { id } = await importFile(tenant, file);
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

test("undoing is for admins", async () => {
  const member = await newTenant({ roles: ["member"], role: "member" });
  const { id } = await importFile(member, "email,first_name\na@example.com,Ada\n");
  await expect(member.caller.imports.undo({ id })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(member.caller.imports.undoPreview({ id })).rejects.toMatchObject({ code: "FORBIDDEN" });
});
