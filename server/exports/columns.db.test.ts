import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createContacts, createList, createSegment } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { exported } from "./testing.ts";

const fields = ["email", "emails_sent", "emails_opened", "emails_clicked", "emails_replied", "segments"];

type Mail = {
  to: number;
  of: number;
  sent?: boolean;
  opened?: boolean;
  machine?: boolean;
  clicked?: boolean;
  replied?: boolean;
  test?: boolean;
  inbound?: boolean;
};
/** Numbers of the contact and of the campaign; whoever opened by a machine only has not opened. */
const mails: Mail[] = [
  { to: 0, of: 0, opened: true, clicked: true, replied: true },
  { to: 0, of: 0, opened: true, machine: true },
  { to: 0, of: 1, opened: true, clicked: true },
  { to: 0, of: 1 },
  { to: 0, of: 1, sent: false },
  { to: 0, of: 1, opened: true, clicked: true, replied: true, test: true },
  { to: 0, of: 0, inbound: true },
  { to: 1, of: 1, machine: true },
  { to: 1, of: 0, opened: true },
];

async function write(tx: TenantTx, contacts: string[], campaigns: string[]): Promise<void> {
  const at = (did: boolean | undefined) => (did ? sql`app_now()` : sql`null`);
  for (const { to, of, sent = true, opened, machine, clicked, replied, test: isTest, inbound } of mails)
    await tx.execute(sql`
      insert into content.email_messages (contact_id, campaign_id, direction, delivery_status, is_test, from_email, to_email, subject,
        sent_at, first_opened_at, open_count, machine_open_count, first_clicked_at, replied_at)
      values (${contacts[to]}::uuid, ${campaigns[of]}::uuid, ${inbound ? "inbound" : "outbound"},
        ${inbound ? "received" : sent ? "sent" : "queued"}, ${isTest ?? false}, 'us@example.com', 'them@example.com', 'Hello',
        ${at(sent)}, ${at(opened)}, ${opened ? 3 : 0}, ${machine ? 2 : 0}, ${at(clicked)}, ${at(replied)})`);
}

test("what each contact got and did, over all campaigns, and the segments they are in stand in the file", async () => {
  const tenant = await newTenant();
  await withTenant(tenant.scope, async (tx) => {
    const emails = ["a@example.com", "b@example.com", "c@example.com"];
    const contacts = await createContacts(
      tx,
      emails.map((email) => ({ email })),
    );
    const campaigns = [await createCampaign(tx), await createCampaign(tx)];
    await write(
      tx,
      contacts,
      campaigns.map(({ campaignId }) => campaignId),
    );
    const rules = { version: 1, match: "all", rules: [] };
    const [north, south] = [
      await createSegment(tx, { name: "North", rules }),
      await createSegment(tx, { name: "Active", rules }),
    ];
    for (const [segment, who] of [
      [north, contacts[0]],
      [south, contacts[0]],
      [south, contacts[1]],
    ])
      await tx.execute(sql`insert into segment_contacts (segment_id, contact_id, added_via)
        values (${segment}::uuid, ${who}::uuid, 'rule_match')`);
    await createList(tx, { name: "A list", contactIds: contacts });
  });
  const rows = (await exported(tenant, { fields })).toString("utf8").replace("\ufeff", "").trimEnd();
  expect(rows.split("\r\n").map((line) => line.split(","))).toEqual([
    fields,
    ["a@example.com", "4", "3", "2", "1", "Active|North"],
    ["b@example.com", "2", "1", "0", "0", "Active"],
    ["c@example.com", "0", "0", "0", "0", ""],
  ]);
});
