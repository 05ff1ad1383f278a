import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";

import { signedInAgain, titles } from "#server/approvals/testing";
import { finishedDraft } from "#server/campaigns/testing";
import { lookAgain } from "./looks.ts";
import { addVerifiedDomain } from "./testing.ts";

type Tenant = Awaited<ReturnType<typeof newTenant>>;

const statusOf = async ({ scope }: Tenant, id: string) => {
  const [row] = await withTenant(scope, (tx) =>
    tx.execute<{ status: string; why: string | null }>(
      sql`select status, pause_reason as why from campaigns where id = ${id}::uuid`,
    ),
  );
  return row;
};

/** A running campaign of a mailbox that sends real mail, from a domain whose key has been seen. */
async function running() {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id, campaign } = await finishedDraft(tenant);
  const name = campaign.settings.fromEmail.split("@")[1] ?? "";
  const key = await addVerifiedDomain(scope, name);
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`update email_accounts set provider = 'smtp'`);
    await tx.execute(sql`update domains set created_by = ${tenant.userId}::uuid`);
  });
  const { problems } = await caller.campaigns.review({ id });
  const acknowledged = problems.map(({ code }) => code);
  await caller.campaigns.launch({ id, version: campaign.version, acknowledged });
  const look = (there: boolean | null) =>
    lookAgain(scope, key.id, (asked) =>
      Promise.resolve(there === null ? null : there && asked === key.name ? [key.record] : []),
    );
  return { tenant, id, name, look };
}

test("a campaign whose domain's key is still gone an hour later is paused, once, and says why", async () => {
  const { tenant, id, name, look } = await running();
  await look(false);
  expect(await titles(tenant)).toEqual([`The DKIM record of ${name} cannot be found any more`]);
  // Somebody who looks again at once learns nothing new, and a silent name service says nothing.
  await look(false);
  expect(await statusOf(tenant, id)).toMatchObject({ status: "active" });
  await moveClock("61 minutes");
  await look(null);
  expect(await statusOf(tenant, id)).toMatchObject({ status: "active" });
  await look(false);
  expect(await statusOf(tenant, id)).toEqual({
    status: "paused",
    why: `The DKIM record of ${name} has been gone for an hour: receivers cannot check the signature of its mail, and may take it for spam. Set the record again (Settings, Domains), or resume as it is.`,
  });
  const { caller } = await signedInAgain(tenant);
  expect((await titles({ caller }))[0]).toBe(`“Welcome” was paused: the DKIM record of ${name} is gone`);
  const { rows } = await caller.campaigns.history({ id });
  expect(rows[0]).toMatchObject({ title: "Paused", who: null });
  // Whoever resumes it knows.
  await caller.campaigns.resume({ id });
  await moveClock("2 hours");
  await look(false);
  expect(await statusOf(tenant, id)).toMatchObject({ status: "active" });
  // Back, and gone again, is another time.
  await look(true);
  await look(false);
  await moveClock("61 minutes");
  await look(false);
  expect(await statusOf(tenant, id)).toMatchObject({ status: "paused" });
});

test("a campaign that can write from elsewhere goes on, and so does one of the sandbox", async () => {
  const { tenant, id, look } = await running();
  const other = await newTenant();
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update campaigns set from_email = 'ana@elsewhere.example' where id = ${id}::uuid`),
  );
  await look(false);
  await moveClock("61 minutes");
  await look(false);
  expect(await statusOf(tenant, id)).toMatchObject({ status: "active" });

  const { id: second, campaign } = await finishedDraft(other);
  const name = campaign.settings.fromEmail.split("@")[1] ?? "";
  const key = await addVerifiedDomain(other.scope, name);
  const { caller } = await signedInAgain(other);
  const { version } = await caller.campaigns.byId({ id: second });
  const { problems } = await caller.campaigns.review({ id: second });
  await caller.campaigns.launch({ id: second, version, acknowledged: problems.map(({ code }) => code) });
  const nothing = () => Promise.resolve([]);
  await lookAgain(other.scope, key.id, nothing);
  await moveClock("61 minutes");
  await lookAgain(other.scope, key.id, nothing);
  expect(await statusOf(other, second)).toMatchObject({ status: "active" });
});
