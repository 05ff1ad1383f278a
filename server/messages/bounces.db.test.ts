import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type TenantTx, withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { recordBounces } from "./bounces.ts";

/** Messages to the contact that came back, an hour after one another. */
async function bounced(tx: TenantTx, contactId: string, to: readonly string[], type: "soft" | "hard") {
  const rows = await tx.execute<{ id: string; contact_id: string }>(sql`
    insert into content.email_messages (contact_id, from_email, to_email, subject, delivery_status, bounce_type, sent_at)
    select ${contactId}::uuid, 'me@example.com', t.address, 'Hello', 'bounced', ${type}, app_now() + t.nth * interval '1 hour'
    from unnest(${sql.param([...to])}::text[]) with ordinality as t (address, nth)
    returning id, contact_id`);
  return rows.map((row) => ({ row, verdict: { kind: "bounced" as const, type } }));
}

test("bounces of an address that a contact has no longer count for the address alone", async () => {
  const { caller, scope } = await newTenant();
  const { id } = await caller.contacts.create({ email: "new@example.com" });
  const stateNow = (tx: TenantTx) =>
    tx.execute(sql`
      select c.status, c.soft_bounce_count as soft, array(select s.email_normalized || ' ' || s.reason from suppressions s) as closed
      from contacts c where c.id = ${id}::uuid`);
  await withTenant(scope, async (tx) => {
    await bounced(tx, id, ["old@example.com", "old@example.com"], "soft");
    expect(await recordBounces(tx, await bounced(tx, id, ["New@example.com"], "soft"), "report")).toEqual([]);
    expect([...(await stateNow(tx))]).toEqual([{ status: "active", soft: 1, closed: [] }]);
    expect(await recordBounces(tx, await bounced(tx, id, ["Old@Example.com"], "hard"), "report")).toEqual([]);
    expect([...(await stateNow(tx))]).toEqual([
      { status: "active", soft: 1, closed: ["old@example.com hard_bounce"] },
    ]);
  });
});
