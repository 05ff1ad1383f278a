import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { newTest } from "#server/ab-tests/schema";
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

test("who would get a gap is counted for a step, and for each of its variants by the variant's own words", async () => {
  const tenant = await newTenant();
  const { id, first, campaign } = await finishedDraft(tenant);
  const { campaigns } = tenant.caller;
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update contacts set company = 'Analytical Engines' where email = 'ada@example.test'`),
  );
  const other = { weight: 1, changes: { subjectLine: "{{ company }} and {{ city }}" } };
  await campaigns.saveStep({
    id,
    version: campaign.version,
    stepId: first,
    content: {
      ...email,
      subjectLine: "Hello {{ email }}",
      test: { ...newTest(), variants: [{ weight: 1, changes: {} }, other] },
    },
  });
  const gaps = async (variant?: number) => {
    const { looked, people, fields } = await campaigns.emptyMerges({ id, stepId: first, variant });
    return { looked, people, fields: Object.fromEntries(fields.map(({ path, count }) => [path, count])) };
  };
  expect(await gaps()).toEqual({ looked: 2, people: 0, fields: {} });
  expect(await gaps(1)).toEqual({ looked: 2, people: 2, fields: { company: 1, city: 2 } });
});
