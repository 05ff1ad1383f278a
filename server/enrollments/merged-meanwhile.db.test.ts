import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Scope, withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { mergeContacts } from "#server/contacts/merge";
import { enrollSlice } from "./freeze.ts";
import { addContacts } from "./mutations.ts";
import { startCampaign } from "./run.ts";
import { launch, newCampaign, type Started } from "./testing.ts";

/** Merges the second contact into the first, has `work` wait for its locks, and commits. Returns what `work` gave. */
async function whileMerging<T>({ scope, contactIds }: Started, work: () => Promise<T>): Promise<T> {
  const [keepId = "", otherId = ""] = contactIds;
  let working: Promise<T> | null = null;
  await withTenant(scope, async (tx) => {
    const side = (id: string) => ({ id, version: 1 });
    await mergeContacts(tx, { keep: side(keepId), other: side(otherId), choices: {} }, scope.userId);
    working = work();
    // Its failure is met where it is awaited.
    working.catch(() => undefined);
    await asOwner((owner) =>
      expect
        .poll(
          async () =>
            (
              await owner`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
            ).length,
          { interval: 20, timeout: 5000 },
        )
        .toBeGreaterThan(0),
    );
  });
  if (!working) throw new Error("The work was not begun.");
  return working;
}

const enrolledOf = ({ campaignId }: Started, scope: Scope) =>
  withTenant(scope, async (tx) =>
    (
      await tx.execute<{ id: string }>(
        sql`select contact_id as id from campaign_contacts where campaign_id = ${campaignId}::uuid order by 1`,
      )
    ).map(({ id }) => id),
  );

test("whoever is put into a campaign while they are merged with another comes into it as that one", async () => {
  const campaign = await newCampaign({
    emails: ["stays@example.com", "goes@example.com", "late@example.com"],
  });
  const { scope, campaignId, contactIds, userId } = campaign;
  const [stays = "", goes = ""] = contactIds;
  await launch(scope, campaignId);
  const added = await whileMerging(campaign, () =>
    withTenant(scope, (tx) => addContacts(tx, { campaignId, contactIds: [goes], actorId: userId })),
  );
  expect(added.admitted).toMatchObject([{ contactId: stays, outcome: "enrolled" }]);
  expect(await enrolledOf(campaign, scope)).toEqual([stays]);
  // And so does whoever is brought by an id of before.
  const again = await withTenant(scope, (tx) =>
    addContacts(tx, { campaignId, contactIds: [goes], actorId: userId }),
  );
  expect(again.admitted).toMatchObject([{ contactId: stays, outcome: "already" }]);
});

test("an audience that is enrolled while two of it are merged has the one that stays", async () => {
  const campaign = await newCampaign({
    emails: ["stays@example.com", "goes@example.com", "third@example.com"],
  });
  const { scope, tenantId, workspaceId, campaignId, contactIds } = campaign;
  const [stays = "", , third = ""] = contactIds;
  await launch(scope, campaignId);
  const slice = { scope: { tenantId, workspaceId }, campaignId, size: 10 };
  const fence = (await startCampaign({ ...slice.scope, campaignId }, "run")) ?? -1;
  const enrolled = await whileMerging(campaign, () =>
    withTenant(scope, (tx) => enrollSlice(tx, { ...slice, fence })),
  );
  expect(enrolled).toMatchObject({ held: true, enrolled: 2 });
  expect(await enrolledOf(campaign, scope)).toEqual([stays, third].sort());
});
