import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { signedInAgain, titles } from "#server/approvals/testing";
import { blockLists } from "./block-lists.ts";
import { lookAgain, lookAtDue } from "./looks.ts";
import { startNameServer, type Zone } from "./testing-name-server.ts";
import { runningCampaign, standingOf } from "./testing.ts";

const zone: Zone = new Map();
let server: Awaited<ReturnType<typeof startNameServer>>;
beforeAll(async () => {
  server = await startNameServer(zone);
});
afterAll(() => server.stop());

const lists = [{ name: "Example list", zone: "dbl.test" }];

/** A running campaign, and looks at its domain: by hand, and by the clock. */
async function running(options?: Parameters<typeof runningCampaign>[0]) {
  const campaign = await runningCampaign(options);
  const { tenant, key, name, id } = campaign;
  const lookUp = (asked: string) => Promise.resolve(asked === key.name ? [key.record] : []);
  const say = (answer: string[] | "broken" | null, words: string | null = null) => {
    zone.clear();
    if (answer) zone.set(`a ${name}.dbl.test`, answer);
    if (words) zone.set(`${name}.dbl.test`, [words]);
  };
  const look = async () => {
    await lookAgain(tenant.scope, key.id, lookUp, blockLists(lists, server.address));
    return (await standingOf(tenant, id))?.status;
  };
  const due = async () => {
    while ((await lookAtDue(lookUp, blockLists(lists, server.address))).more);
    return (await standingOf(tenant, id))?.status;
  };
  const { caller } = await signedInAgain(tenant);
  const shown = async () => (await caller.domains.byId({ id: key.id })).blockLists[0];
  return { ...campaign, caller, say, look, due, shown };
}

test("a listing that is seen twice pauses the campaign with the list's own words; gone again, a person resumes it", async () => {
  const { tenant, id, name, key, caller, say, look, due, shown } = await running();
  expect(await look()).toBe("active");
  expect(await shown()).toMatchObject({ list: "Example list", state: "clear" });

  say(["127.0.1.2"], "https://dbl.test/off");
  expect(await look()).toBe("active");
  expect(await shown()).toMatchObject({ state: "seen", words: "https://dbl.test/off" });
  await moveClock("1 minute");
  expect(await look(), "who asks again at once learns nothing new").toBe("active");
  await moveClock("10 minutes");
  expect(await due(), "it is asked again by itself").toBe("paused");
  const why = `${name} is on the block list Example list: receivers that ask it refuse its mail or take it for spam. Example list says of it: “https://dbl.test/off”. Resume when the domain is off it (Settings, Domains).`;
  expect((await standingOf(tenant, id))?.why).toBe(why);
  expect(await shown()).toMatchObject({ state: "listed" });
  expect((await caller.domains.list()).domains[0]?.listings).toEqual(["Example list"]);
  expect(await titles({ caller })).toEqual([
    `“Welcome” was paused: ${name} is on the block list Example list`,
    `${name} is on the block list Example list`,
  ]);

  await expect(caller.campaigns.resume({ id })).rejects.toThrow("is on the block list Example list");
  const { problems } = await caller.campaigns.review({ id });
  expect(problems.filter(({ code }) => code === "domain_listed")).toMatchObject([
    { severity: "blocker", where: "settings" },
  ]);
  // A list that falls silent says nothing: the listing stands.
  say("broken");
  await look();
  await expect(caller.campaigns.resume({ id })).rejects.toThrow("is on the block list Example list");

  say(null);
  await moveClock("61 minutes");
  expect(await due()).toBe("paused");
  const later = await signedInAgain(tenant);
  const after = async () => (await later.caller.domains.byId({ id: key.id })).blockLists[0];
  expect(await after()).toMatchObject({ state: "clear", since: null, endedAt: expect.any(Date) as Date });
  expect((await titles({ caller: later.caller }))[0]).toBe(
    `${name} is not on the block list Example list any more`,
  );
  await later.caller.campaigns.resume({ id });
  expect(await standingOf(tenant, id)).toEqual({ status: "active", why: null });
  await moveClock("61 minutes");
  await due();
  const { caller: last } = await signedInAgain(tenant);
  expect(await titles({ caller: last }), "it is told once").toHaveLength(3);
});

test("a campaign that has ended is not opened again while its domain is listed, and when it is, the lists are asked at once", async () => {
  const { tenant, id, caller, say, look, due } = await running();
  const end = () =>
    withTenant(tenant.scope, (tx) =>
      tx.execute(sql`
        update campaigns set status = 'completed', auto_enroll = true, completed_at = app_now(), paused_at = null, pause_reason = null
        where id = ${id}::uuid`),
    );
  await look();
  await end();
  say(["127.0.1.2"]);
  await look();
  await moveClock("11 minutes");
  await due();
  await expect(caller.campaigns.reopen({ id })).rejects.toThrow("is on the block list Example list");
  expect((await standingOf(tenant, id))?.status).toBe("completed");

  say(null);
  await moveClock("61 minutes");
  await due();
  const later = await signedInAgain(tenant);
  // Nobody has asked since it is listed again.
  say(["127.0.1.2"]);
  await later.caller.campaigns.reopen({ id });
  expect((await standingOf(tenant, id))?.status).toBe("active");
  await due();
  await moveClock("11 minutes");
  expect(await due()).toBe("paused");
});

test("a list that falls silent keeps campaigns back for a day, and from then on the review only warns of it", async () => {
  const { tenant, id, name, key, say, look, due } = await running();
  say(["127.0.0.2"], "https://dbl.test/off");
  await look();
  await moveClock("11 minutes");
  expect(await due()).toBe("paused");
  say("broken");
  await moveClock("23 hours");
  await due();
  const early = await signedInAgain(tenant);
  await expect(early.caller.campaigns.resume({ id })).rejects.toThrow("is on the block list Example list");
  await moveClock("61 minutes");
  await due();
  const { caller } = await signedInAgain(tenant);
  expect((await caller.domains.byId({ id: key.id })).blockLists[0]).toMatchObject({
    state: "lapsed",
    since: null,
    lastSeenAt: expect.any(Date) as Date,
  });
  expect((await titles({ caller }))[0]).toBe(
    `It is not known any more whether ${name} is on the block list Example list`,
  );
  const { problems } = await caller.campaigns.review({ id });
  expect(problems.filter(({ code }) => code.startsWith("domain_listed"))).toEqual([]);
  expect(problems.find(({ code }) => code === "domain_listing_lapsed")).toMatchObject({
    severity: "warning",
  });
  await caller.campaigns.resume({ id });
  await moveClock("61 minutes");
  expect(await due(), "it pauses nothing any more").toBe("active");
});

test.each<[string, string[] | "broken"]>([
  ["refuses to answer", ["127.255.255.254"]],
  ["fails", "broken"],
])("a list that %s pauses nothing, however often it is asked", async (_, answer) => {
  const { caller, say, look, shown } = await running();
  say(answer);
  for (let round = 0; round < 3; round++) {
    expect(await look()).toBe("active");
    await moveClock("11 minutes");
  }
  expect(await shown()).toMatchObject({ state: "unknown", since: null });
  expect(await titles({ caller })).toEqual([]);
});

test("a listing that is gone when it is asked again was a mistake: the next one begins anew", async () => {
  const { caller, say, look, shown } = await running();
  for (const answer of [["127.0.0.2"], null, ["127.0.0.2"]]) {
    say(answer);
    expect(await look()).toBe("active");
    await moveClock("11 minutes");
  }
  expect(await shown()).toMatchObject({ state: "seen" });
  expect(await titles({ caller })).toEqual([]);
});

test("the sender of a single email counts, another domain and the sandbox do not", async () => {
  const twice = async (campaign: Awaited<ReturnType<typeof running>>) => {
    campaign.say(["127.0.0.2"]);
    await campaign.look();
    await moveClock("11 minutes");
    return campaign.look();
  };
  const first = await running();
  const single = await running({ stepFrom: `ana@${first.name}` });
  await withTenant(single.tenant.scope, (tx) =>
    tx.execute(sql`update campaigns set from_email = 'ana@elsewhere.example' where id = ${single.id}::uuid`),
  );
  expect(await twice(single)).toBe("paused");
  const elsewhere = await running({ stepFrom: "ana@elsewhere.example" });
  expect(await twice(elsewhere)).toBe("active");
  const sandbox = await running();
  await withTenant(sandbox.tenant.scope, (tx) =>
    tx.execute(sql`update email_accounts set provider = 'sandbox'`),
  );
  expect(await twice(sandbox)).toBe("active");
  const { caller } = await signedInAgain(sandbox.tenant);
  const { id } = await caller.campaigns.clone({ id: sandbox.id });
  const { problems } = await caller.campaigns.review({ id });
  expect(problems.map(({ code }) => code)).not.toContain("domain_listed");
});
