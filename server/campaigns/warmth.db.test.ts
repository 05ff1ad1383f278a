import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { finishedDraft } from "./testing.ts";
import { warmthWarnings } from "./warmth.ts";

/** A draft that sends from a mailbox of its own, and what is said of so many emails on a day. */
async function draftFrom(values: Parameters<typeof createMailbox>[1]) {
  const tenant = await newTenant();
  const { id } = await finishedDraft(tenant);
  const mailboxId = await withTenant(tenant.scope, async (tx) => {
    const mailboxId = await createMailbox(tx, {
      email: "ana@acme.example",
      provider: "smtp",
      isDefault: false,
      ...values,
    });
    await tx.execute(sql`update campaigns set email_account_id = ${mailboxId}::uuid where id = ${id}::uuid`);
    return mailboxId;
  });
  const said = (count: number, perDay: number | null = null) =>
    withTenant(tenant.scope, async (tx) => {
      const [warning] = await warmthWarnings(tx, { id }, { count, perDay });
      return warning?.message ?? null;
    });
  const sent = (count: number, daysAgo: number) =>
    withTenant(tenant.scope, (tx) =>
      tx.execute(sql`
        insert into mailbox_usage (email_account_id, day, sent)
        values (${mailboxId}::uuid, (app_now() - make_interval(days => ${daysAgo}))::date, ${count})`),
    );
  return { said, sent };
}

test("a mailbox that would send far more in a day than it has lately is told of", async () => {
  const { said, sent } = await draftFrom({});
  expect(await said(50)).toBeNull();
  expect(await said(51)).toMatch(
    /^ana@acme\.example has sent nothing in the last 30 days, and would now send up to 51 a day/,
  );
  expect(await said(5_000, 50), "the campaign's own limit").toBeNull();
  await sent(400, 40);
  expect(await said(51), "too long ago").not.toBeNull();
  await sent(100, 20);
  await sent(60, 2);
  expect(await said(200)).toBeNull();
  expect(await said(5_000, 201)).toMatch(/sent at most 100 on a day of the last 30, and .* up to 201 a day/);
});

test("its own limit and its warm-up hold it back, and the sandbox warns of nothing", async () => {
  expect(await (await draftFrom({ dailyLimit: 50 })).said(5_000)).toBeNull();
  const warming = await draftFrom({ warmupEnabled: true, warmupDailyLimit: 20 });
  expect(await warming.said(5_000)).toBeNull();
  expect(await (await draftFrom({ provider: "sandbox" })).said(5_000)).toBeNull();
});
