import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { signedInAgain, titles } from "#server/approvals/testing";
import { finishedDraft } from "#server/campaigns/testing";
import { lookAgain } from "./looks.ts";
import { addVerifiedDomain, runningCampaign, standingOf } from "./testing.ts";

/** A running campaign, and a look at its domain that finds its key, or does not; null is a silent name service. */
async function running(options?: Parameters<typeof runningCampaign>[0]) {
  const campaign = await runningCampaign(options);
  const { tenant, key } = campaign;
  const look = (there: boolean | null) =>
    lookAgain(tenant.scope, key.id, (asked) =>
      Promise.resolve(there === null ? null : there && asked === key.name ? [key.record] : []),
    );
  const gone = async () => {
    await look(false);
    await moveClock("61 minutes");
    await look(false);
    return (await standingOf(tenant, campaign.id))?.status;
  };
  return { ...campaign, look, gone };
}

test("a campaign whose domain's key is still gone an hour later is paused, once, and says why", async () => {
  const { tenant, id, name, look } = await running();
  await look(false);
  expect(await titles(tenant)).toEqual([`The DKIM record of ${name} cannot be found any more`]);
  // Somebody who looks again at once learns nothing new, and a silent name service says nothing.
  await look(false);
  expect(await standingOf(tenant, id)).toMatchObject({ status: "active" });
  await moveClock("61 minutes");
  await look(null);
  expect(await standingOf(tenant, id)).toMatchObject({ status: "active" });
  await look(false);
  expect(await standingOf(tenant, id)).toEqual({
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
  expect(await standingOf(tenant, id)).toMatchObject({ status: "active" });
  // Back, and gone again, is another time.
  await look(true);
  await look(false);
  await moveClock("61 minutes");
  await look(false);
  expect(await standingOf(tenant, id)).toMatchObject({ status: "paused" });
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
  expect(await standingOf(tenant, id)).toMatchObject({ status: "active" });

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
  expect(await standingOf(other, second)).toMatchObject({ status: "active" });
  // As a pool of its mailboxes does.
  await withTenant(other.scope, (tx) =>
    tx.execute(sql`
      with pool as (insert into rotation_pools (name) values ('All of the sandbox') returning id),
      member as (insert into pool_members (pool_id, email_account_id)
        select pool.id, k.email_account_id from pool, campaigns k where k.id = ${second}::uuid)
      update campaigns set rotation_pool_id = pool.id, email_account_id = null from pool where campaigns.id = ${second}::uuid`),
  );
  await lookAgain(other.scope, key.id, nothing);
  expect(await standingOf(other, second)).toMatchObject({ status: "active" });
});

test("the sender of a single email counts, and the campaign's own only where an email comes from it", async () => {
  const own = await running();
  const stepFrom = `ana@${own.name}`;
  const single = await running({ stepFrom });
  await withTenant(single.tenant.scope, (tx) =>
    tx.execute(sql`update campaigns set from_email = 'ana@elsewhere.example' where id = ${single.id}::uuid`),
  );
  expect(await single.gone()).toBe("paused");
  const elsewhere = await running({ stepFrom: "ana@elsewhere.example" });
  expect(await elsewhere.gone()).toBe("active");
});
