import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createSession } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { createRunner, ledger, newCampaign, places } from "#server/enrollments/testing";
import { mailable } from "#server/messages/mailable";
import { atOnce, claim, people, queued, statuses, usage } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("who is deleted or archived leaves the campaigns at once, and what was queued gives its place back", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(3), settings: atOnce }));
  const { sessionId } = await createSession(campaign.userId);
  const caller = callerFor({ sessionId, workspaceSlug: campaign.slug });
  const [deleted = "", archived = ""] = campaign.contactIds;
  expect((await usage(campaign)).reserved).toBe(3);
  await caller.contacts.delete({ id: deleted });
  await caller.contacts.archive({ id: archived });
  expect((await places(campaign)).map((one) => one.exit_reason)).toEqual([
    "contact_deleted",
    "contact_deleted",
    null,
  ]);
  expect(await statuses(campaign)).toEqual(["cancelled", "cancelled", "queued"]);
  expect((await usage(campaign)).reserved).toBe(1);
  expect((await claim(campaign)).messages).toHaveLength(1);
});

test("of two merged contacts in one campaign the further one's place is kept, under the address that stays", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(2), settings: atOnce }));
  const { sessionId } = await createSession(campaign.userId);
  const caller = callerFor({ sessionId, workspaceSlug: campaign.slug });
  const [keepId = "", otherId = ""] = campaign.contactIds;
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update campaign_contacts set steps_completed = 1 where contact_id = ${otherId}::uuid`),
  );
  const { keep, other, conflicts } = await caller.contacts.mergePreview({ keepId, otherId });
  expect(conflicts).toMatchObject([{ further: "other" }]);
  const pair = {
    keep: { id: keepId, version: keep.version },
    other: { id: otherId, version: other.version },
  };
  await caller.contacts.merge(pair);
  await caller.contacts.merge(pair);
  expect((await places(campaign)).map((one) => [one.email, one.exit_reason])).toEqual([
    [keep.email, null],
    [other.email, "merged"],
  ]);
  expect((await statuses(campaign)).sort()).toEqual(["cancelled", "queued"]);
  expect((await usage(campaign)).reserved).toBe(1);
  expect((await claim(campaign)).messages).toMatchObject([{ contact_id: keepId }]);
  expect((await ledger(campaign)).filter((one) => one.delivery_status === "sending")).toMatchObject([
    { to_email: keep.email },
  ]);
});

test("who comes back from the archive has the consent from before, not more", async () => {
  const { caller, scope } = await newTenant();
  const names = ["active", "unsubscribed", "bounced", "complained"];
  const made = await Promise.all(
    names.map((name) => caller.contacts.create({ email: `${name}@example.com` })),
  );
  await withTenant(scope, (tx) =>
    tx.execute(sql`update contacts set status = split_part(email, '@', 1),
      unsubscribed_at = case when email like 'unsub%' then app_now() end,
      bounced_at = case when email like 'bounced%' then app_now() end,
      complained_at = case when email like 'complained%' then app_now() end`),
  );
  for (const { id } of made) {
    await caller.contacts.archive({ id });
    expect((await caller.contacts.byId({ id })).status).toBe("archived");
    await caller.contacts.restore({ id });
    await caller.contacts.restore({ id });
  }
  const after = await Promise.all(made.map(async ({ id }) => (await caller.contacts.byId({ id })).status));
  expect(after).toEqual(names);

  // Deleted and come in again they are new contacts: only a closed address still knows what they said.
  for (const { id } of made) await caller.contacts.delete({ id });
  for (const name of names) await caller.contacts.create({ email: `${name}@example.com` });
  const reachable = await withTenant(scope, (tx) =>
    tx.execute(sql`select c.email from contacts c where c.deleted_at is null and ${mailable}`),
  );
  expect([...reachable]).toEqual([{ email: "active@example.com" }]);
});
