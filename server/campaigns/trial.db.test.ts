import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { sinks } from "#server/messages/testing-sinks";
import { email, finishedDraft } from "./testing.ts";

test("a test reaches the address asked for, marked, without tracking, and is counted nowhere", async () => {
  const tenant = await newTenant();
  const { id, first, campaign } = await finishedDraft(tenant);
  const { campaigns, analytics } = tenant.caller;
  const link = "https://www.example.com/offer";
  await campaigns.saveStep({
    id,
    version: campaign.version,
    stepId: first,
    content: {
      ...email,
      emailContent: `<p>Hello</p><p><a href="${link}">Look</a></p>`,
      emailText: "Words of its own",
    },
  });
  await campaigns.sendTest({ id, stepId: first, to: "me@example.test", contactId: null });
  const [mail, ...others] = sinks.mails.filter(({ to }) => to === "me@example.test");
  expect(others).toEqual([]);
  expect(mail?.subject).toBe("[Test] Hello Ada");
  expect(mail?.raw).toContain(link);
  expect(mail?.raw).toContain("Words of its own");
  expect(mail?.raw).not.toMatch(/\/t\/[oc]\//);
  const rows = await withTenant(tenant.scope, (tx) => tx.execute(sql`select id from content.email_messages`));
  expect(rows).toHaveLength(0);
  expect((await analytics.live({ id })).numbers).toMatchObject({ queued: 0, sent: 0 });
});

test("a test that the server refuses says what it said", async () => {
  const tenant = await newTenant();
  const { id, first } = await finishedDraft(tenant);
  const refused = tenant.caller.campaigns.sendTest({
    id,
    stepId: first,
    to: "refuse@example.test",
    contactId: null,
  });
  await expect(refused).rejects.toThrow(/The test was not sent: .*no such user/);
});
