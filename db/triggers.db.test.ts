import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createContacts, createTenant, createWorkspace } from "./factories.ts";
import { auditLog } from "./schema/tenants.ts";
import { campaignContacts } from "./schema/enrollments.ts";
import { emailDrafts } from "./schema/drafts.ts";
import { emailMessages } from "./schema/messages.ts";
import { violates, postgresError } from "./errors.ts";
import { withTenant, type TenantTx } from "./tenancy.ts";
import { savepoint } from "./transaction.ts";

const counters = async (tx: TenantTx) => [
  ...(await tx.execute(sql`
    select total_drafts_created as created, total_drafts_approved as approved, total_emails_sent as sent,
      total_followups_sent as followups from analytics.email_analytics`)),
];

test("a campaign has its settings from the start, in its own zone", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    const { campaignId } = await createCampaign(tx, { timezone: "Asia/Tokyo" });
    const rows = await tx.execute(sql`select campaign_id, timezone, daily_limit from campaign_settings`);
    expect([...rows]).toEqual([{ campaign_id: campaignId, timezone: "Asia/Tokyo", daily_limit: 50 }]);
  });
});

test("a human reply ends the enrollment it answers, an automatic one does not", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    const { campaignId, stepIds } = await createCampaign(tx, { steps: [{ stepType: "email" }] });
    const people = await createContacts(tx, [{ email: "a@x.test" }, { email: "b@x.test" }]);
    await tx.insert(campaignContacts).values(
      people.map((contactId) => ({
        campaignId,
        contactId,
        currentStepId: stepIds[0],
        nextEmailScheduledAt: sql`app_now()`,
      })),
    );
    const inbound = {
      campaignId,
      direction: "inbound",
      deliveryStatus: "received",
      fromEmail: "a@x.test",
      toEmail: "us@x.test",
    } as const;
    await tx.insert(emailMessages).values([
      { ...inbound, contactId: people[0] },
      { ...inbound, contactId: people[1], messageType: "auto_reply" },
    ]);
    const rows = await tx
      .select({
        contactId: campaignContacts.contactId,
        status: campaignContacts.status,
        due: campaignContacts.nextEmailScheduledAt,
      })
      .from(campaignContacts)
      .orderBy(campaignContacts.contactId);
    expect(rows.map(({ status }) => status)).toEqual(["replied", "enrolled"]);
    expect(rows[0]?.due).toBeNull();
  });
});

test("mails and drafts are counted once per day, follow-ups apart, tests not at all", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    const { campaignId } = await createCampaign(tx);
    const [contactId = ""] = await createContacts(tx, [{ email: "a@x.test" }]);
    const message = {
      fromEmail: "us@x.test",
      toEmail: "a@x.test",
      contactId,
      enrollmentId: contactId,
      runNumber: 1,
    };
    await tx.insert(emailMessages).values([message, message, { ...message, isTest: true }]);
    await tx.update(emailMessages).set({ deliveryStatus: "sent", sentAt: sql`app_now()` });
    // Settling a message again must not count it again.
    await tx.update(emailMessages).set({ smtpResponse: "250 OK" });
    const draft = { contactId, campaignId, draftType: "first_outreach", subject: "s", body: "b" } as const;
    await tx.insert(emailDrafts).values([draft, draft]);
    await tx.update(emailDrafts).set({ status: "approved", approvedAt: sql`app_now()` });
    await tx.update(emailDrafts).set({ editedSubject: "t" });
    expect(await counters(tx)).toEqual([{ created: 2, approved: 2, sent: 2, followups: 1 }]);
  });
});

test("the audit log cannot be rewritten", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    await tx.insert(auditLog).values({ action: "x.done", resourceType: "x" });
    for (const change of [() => tx.update(auditLog).set({ action: "y.done" }), () => tx.delete(auditLog)]) {
      await expect(savepoint(tx, change)).rejects.toSatisfy(
        (error) => postgresError(error)?.code === "42501",
      );
    }
  });
});

test("a campaign cannot send from another workspace's mailbox, nor a step lead into another campaign's workspace", async () => {
  const ours = await createTenant();
  const sibling = await createWorkspace(ours);
  const otherWorkspace = (error: unknown) => postgresError(error)?.code === "23503";
  await withTenant(ours.scope, async (tx) => {
    const borrowed = savepoint(tx, (inner) =>
      createCampaign(inner, { emailAccountId: sibling.emailAccountId }),
    );
    await expect(borrowed).rejects.toSatisfy(otherWorkspace);
  });
});

test("an enrollment on its way has a step, and a time or a reason", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    const { campaignId, stepIds } = await createCampaign(tx, { steps: [{ stepType: "email" }] });
    const [contactId = ""] = await createContacts(tx, [{ email: "a@x.test" }]);
    const row = { campaignId, contactId, currentStepId: stepIds[0] };
    const lost = savepoint(tx, (inner) => inner.insert(campaignContacts).values(row));
    await expect(lost).rejects.toSatisfy((error) => violates(error, "live_has_place"));
    await tx.insert(campaignContacts).values({ ...row, waitReason: "awaiting_send" });
    await tx
      .update(campaignContacts)
      .set({ status: "completed", waitReason: null, currentStepId: null })
      .where(eq(campaignContacts.contactId, contactId));
  });
});

test("the performance view shows a tenant its own campaigns after a refresh", async () => {
  const [ours, theirs] = await Promise.all([createTenant(), createTenant()]);
  const { campaignId } = await withTenant(ours.scope, async (tx) => {
    const made = await createCampaign(tx);
    await tx.execute(sql`
      insert into analytics.campaign_analytics (campaign_id, date, emails_sent, emails_delivered, emails_opened)
      values (${made.campaignId}, '2026-01-01', 10, 8, 4), (${made.campaignId}, '2026-01-02', 10, 8, 4)`);
    return made;
  });
  await withTenant(ours.scope, (tx) => tx.execute(sql`select refresh_campaign_performance()`));
  const read = (scope: typeof ours.scope) =>
    withTenant(scope, async (tx) => [
      ...(await tx.execute(
        sql`select campaign_id, sent, delivery_rate, open_rate from analytics.campaign_performance`,
      )),
    ]);
  expect(await read(ours.scope)).toEqual([
    { campaign_id: campaignId, sent: 20, delivery_rate: "80.00", open_rate: "50.00" },
  ]);
  expect(await read(theirs.scope)).toEqual([]);
});
