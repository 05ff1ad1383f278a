import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { callsPerMinute } from "#server/api-keys/schema";
import { createRunner, places } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { triggeredCampaign } from "#server/triggers/testing";
import { receiveEvent } from "./receive.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const order = (id: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ id, name: "order.placed", email: "buyer@example.test", ...more });

async function listening() {
  const campaign = await triggeredCampaign({
    triggers: [{ type: "event", name: "order.placed" }],
    emails: ["buyer@example.test"],
  });
  const { id, key } = await campaign.caller.apiKeys.create({ name: "Shop" });
  const send = (body: string, secret = key) => receiveEvent(`Bearer ${secret}`, body);
  const standing = async () =>
    (await places({ ...campaign, stepIds: [], listId: "" })).map(({ email }) => email);
  return { ...campaign, keyId: id, key, send, standing };
}

test("an event brings its contact in, and the same id a second time changes nothing", async () => {
  const { send, standing, scope } = await listening();
  const answers = await Promise.all([send(order("o-1")), send(order("o-1")), send(order("o-1"))]);
  expect(answers.map(({ duplicate }) => duplicate).sort()).toEqual([false, true, true]);
  expect(answers.reduce((sum, { campaigns }) => sum + campaigns, 0)).toBe(1);
  await runner.settle();
  expect(await standing()).toEqual(["buyer@example.test"]);
  const stored = await withTenant(scope, (tx) => tx.execute(sql`select event_id from custom_events`));
  expect([...stored]).toEqual([{ event_id: "o-1" }]);
  await expect(send(order("o-1", { name: "order.refunded" }))).rejects.toMatchObject({ code: "conflict" });
});

test("an unknown address is refused with the way out, or becomes a contact when asked for", async () => {
  const { send, standing, caller } = await listening();
  await expect(send(order("n-1", { email: "new@example.test" }))).rejects.toThrow('"createContact": true');
  await send(
    order("n-1", { email: "New@example.test", createContact: true, contact: { firstName: "Nell" } }),
  );
  await runner.settle();
  expect(await standing()).toEqual(["New@example.test"]);
  const found = await caller.contacts.list({ q: "nell" });
  expect(found.rows.map(({ email }) => email)).toEqual(["New@example.test"]);
});

test("a call without a good key, and one with an event that cannot be, are refused with a sentence", async () => {
  const { send, caller, keyId, key, scope } = await listening();
  await expect(receiveEvent(null, order("k-1"))).rejects.toMatchObject({ code: "signed_out" });
  await expect(send(order("k-1"), `${key}x`)).rejects.toMatchObject({ code: "signed_out" });
  await expect(send("{")).rejects.toThrow("not JSON");
  await expect(send(JSON.stringify({ name: "Order Placed!", emial: "a@b.test" }))).rejects.toMatchObject({
    code: "invalid",
    fields: {
      id: expect.stringContaining("counts once") as string,
      name: expect.stringContaining("such as order.placed") as string,
      email: expect.stringContaining("address of a contact") as string,
      "": "Unknown field: emial.",
    },
  });
  await expect(send(order("k-2", { occurredAt: "2099-01-01T00:00:00Z" }))).rejects.toThrow("in the future");
  await expect(send(order("k-3", { properties: { note: "a\u0000b" } }))).rejects.toThrow("NUL");
  const [known] = await caller.apiKeys.list();
  expect(JSON.stringify(known)).not.toContain(key);
  await caller.apiKeys.revoke({ id: keyId });
  await expect(send(order("k-4"))).rejects.toMatchObject({ code: "signed_out" });
  const stored = await withTenant(scope, (tx) => tx.execute(sql`select from custom_events`));
  expect(stored).toHaveLength(0);
});

test("a key has so many calls in a minute, and its own workspace only", async () => {
  const [ours, theirs] = [await listening(), await listening()];
  await expect(theirs.caller.apiKeys.revoke({ id: ours.keyId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await ours.send(order("limit-1"));
  expect((await theirs.send(order("limit-1"))).duplicate).toBe(false);
  const counted = createHash("sha256").update(`api-key:${ours.keyId}`).digest("base64url");
  await withTenant(ours.scope, (tx) =>
    tx.execute(sql`update rate_limits set used = ${callsPerMinute} where key = ${counted}`),
  );
  await expect(ours.send(order("limit-2"))).rejects.toMatchObject({ code: "limit" });
});
