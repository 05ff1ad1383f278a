import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { createRunner } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { findAnswered } from "#server/replies/match";
import { recordComplaint } from "#server/replies/record-bounce";
import { triggeredCampaign } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("who may always come again comes again at once, but never after a bounce", async () => {
  const { caller, scope, campaignId, contactIds } = await triggeredCampaign({
    triggers: [{ type: "manual" }],
    audience: { reenrollment: { mode: "always" } },
    emails: ["keen@example.test", "refuse-again@example.test"],
  });
  const add = async () => {
    const { admitted } = await caller.enrollments.add({ campaignId, contactIds });
    await runner.settle();
    return contactIds.map((id) => admitted.find(({ contactId }) => contactId === id)?.outcome);
  };
  expect(await add()).toEqual(["enrolled", "enrolled"]);
  const { rows } = await caller.analytics.people({ id: campaignId, status: "bounced" });
  expect(rows.map(({ email }) => email)).toEqual(["refuse-again@example.test"]);
  expect(await add()).toEqual(["enrolled", "unmailable"]);
  // Somebody has mended their address: they could be mailed, and the pass that bounced still counts.
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`delete from suppressions`);
    await tx.execute(sql`update contacts set status = 'active' where id = ${contactIds[1] ?? ""}::uuid`);
  });
  expect(await add()).toEqual(["enrolled", "already"]);
});

test("who called its mail spam never comes again, whatever is mended by hand", async () => {
  const { caller, scope, campaignId, contactIds } = await triggeredCampaign({
    triggers: [{ type: "manual" }],
    audience: { reenrollment: { mode: "always" } },
    emails: ["calm@example.test", "cross@example.test"],
  });
  const [, cross = ""] = contactIds;
  const add = async () => {
    const { admitted } = await caller.enrollments.add({ campaignId, contactIds });
    return contactIds.map((id) => admitted.find(({ contactId }) => contactId === id)?.outcome);
  };
  expect(await add()).toEqual(["enrolled", "enrolled"]);
  await runner.settle();
  await withTenant(scope, async (tx) => {
    const [message] = await tx.execute<{ id: string }>(
      sql`select id from content.email_messages where contact_id = ${cross}::uuid`,
    );
    const pointers = { rfcIds: [], ledgerIds: [message?.id ?? ""], addresses: [], subject: "" };
    const [account] = await tx.execute<{ id: string }>(sql`select id from email_accounts`);
    const answered = await findAnswered(tx, { accountId: account?.id ?? "", pointers });
    if (!answered) throw new Error("The message is not there.");
    await recordComplaint(tx, answered, "abuse");
  });
  expect(await add()).toEqual(["enrolled", "unmailable"]);
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`delete from suppressions`);
    await tx.execute(sql`update contacts set status = 'active' where id = ${cross}::uuid`);
  });
  expect(await add()).toEqual(["already", "already"]);
});
