import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { appNow } from "#db/clock";
import { createCampaign } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { loadSending } from "#server/messages/sending";
import { fillCalendars } from "./mutations.ts";

test("holidays are days without sending, for all campaigns or some, and a day that was taken out stays out", async () => {
  const tenant = await newTenant();
  const { caller, scope, emailAccountId } = tenant;
  const [one, other] = await withTenant(scope, async (tx) => {
    const audience = { everyone: true, include: [], exclude: [] };
    return Promise.all([
      createCampaign(tx, { steps: [], emailAccountId, audience }),
      createCampaign(tx, { steps: [], emailAccountId, audience }),
    ]);
  });
  const year = (await withTenant(scope, appNow)).getUTCFullYear();
  const closed = ({ campaignId }: { campaignId: string }) =>
    withTenant(scope, async (tx) => {
      await tx.execute(
        sql`update campaign_settings set no_limits = false where campaign_id = ${campaignId}::uuid`,
      );
      const sending = await loadSending(tx, campaignId);
      return (sending?.course.campaign.window?.closed ?? []).map(({ from, to }) => `${from} ${to}`);
    });

  const { id } = await caller.holidayCalendars.add({ country: "DE", region: "BE", onlyFor: null });
  await caller.holidayCalendars.add({ country: "FR", region: "", onlyFor: [one.campaignId] });
  const unity = `${year + 1}-10-03 ${year + 1}-10-03`;
  const bastille = `${year + 1}-07-14 ${year + 1}-07-14`;
  expect(await closed(one)).toEqual(expect.arrayContaining([unity, bastille]));
  expect(await closed(other)).toContain(unity);
  expect(await closed(other)).not.toContain(bastille);
  const copy = await caller.campaigns.clone({ id: one.campaignId });
  expect(await closed({ campaignId: copy.id })).toContain(bastille);

  const [germany, france] = await caller.holidayCalendars.list();
  expect([germany?.name, germany?.campaigns, france?.name, france?.campaigns?.length]).toEqual([
    "Germany, Berlin",
    null,
    "France",
    2,
  ]);
  const days = germany?.days ?? [];
  expect(days.some(({ startsOn }) => startsOn.startsWith(String(year + 2)))).toBe(true);
  const taken = days.find(({ startsOn }) => startsOn === `${year + 1}-10-03`);
  await caller.blackoutDates.remove({ id: taken?.id ?? "" });
  // As after two years: the days of later ones come, those that are there stay as they are, however often it is asked.
  await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`update holiday_calendars set filled_until = filled_until - 1 where id = ${id}::uuid`,
    );
    await tx.execute(
      sql`delete from blackout_dates where calendar_id = ${id}::uuid and starts_on >= ${`${year + 2}-01-01`}::date`,
    );
    await fillCalendars(tx, [id]);
    await fillCalendars(tx, [id]);
  });
  const again = (await caller.holidayCalendars.list())[0]?.days.map(
    ({ startsOn, name }) => `${startsOn} ${name}`,
  );
  expect(again).toEqual(
    days.filter(({ id: day }) => day !== taken?.id).map(({ startsOn, name }) => `${startsOn} ${name}`),
  );

  await expect(
    caller.holidayCalendars.add({ country: "DE", region: "BE", onlyFor: null }),
  ).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(
    caller.holidayCalendars.add({ country: "DE", region: "XX", onlyFor: null }),
  ).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await caller.holidayCalendars.remove({ id });
  expect(await closed(other)).toEqual([]);
  const theirs = await newTenant();
  expect(await theirs.caller.holidayCalendars.list()).toEqual([]);
});

test("days on which emails leave all the same are taken out of those without sending, for the campaigns that they name", async () => {
  const { caller, scope, emailAccountId } = await newTenant();
  const make = () =>
    withTenant(scope, (tx) =>
      createCampaign(tx, {
        steps: [],
        emailAccountId,
        audience: { everyone: true, include: [], exclude: [] },
      }),
    );
  const [one, other] = [await make(), await make()];
  const closed = ({ campaignId }: { campaignId: string }) =>
    withTenant(scope, async (tx) => {
      await tx.execute(
        sql`update campaign_settings set no_limits = false where campaign_id = ${campaignId}::uuid`,
      );
      const sending = await loadSending(tx, campaignId);
      return (sending?.course.campaign.window?.closed ?? []).map(({ from, to }) => `${from} ${to}`);
    });
  const days = { name: "Works holiday", startsOn: "2027-08-02", endsOn: "2027-08-20", onlyFor: null };
  await caller.blackoutDates.create(days);
  const open = { name: "The launch", startsOn: "2027-08-10", endsOn: "2027-08-11", action: "allow" } as const;
  const { id } = await caller.blackoutDates.create({ ...open, onlyFor: [one.campaignId] });
  expect(await closed(one)).toEqual(["2027-08-02 2027-08-09", "2027-08-12 2027-08-20"]);
  expect(await closed(other)).toEqual(["2027-08-02 2027-08-20"]);
  expect((await caller.blackoutDates.list()).map((each) => [each.name, each.action])).toEqual([
    ["Works holiday", "delay"],
    ["The launch", "allow"],
  ]);
  await caller.blackoutDates.remove({ id });
  expect(await closed(one)).toEqual(["2027-08-02 2027-08-20"]);

  const theirs = (await newTenant()).caller;
  await expect(
    theirs.blackoutDates.create({ ...days, action: "skip", onlyFor: [one.campaignId] }),
  ).rejects.toMatchObject({ code: "BAD_REQUEST" });
  const named = { ...days, name: "The fair", action: "skip" } as const;
  await caller.blackoutDates.create({ ...named, onlyFor: [one.campaignId, other.campaignId] });
  expect(await closed(other)).toEqual(["2027-08-02 2027-08-20"]);
  await caller.campaigns.remove({ id: one.campaignId });
  const [fair] = (await caller.blackoutDates.list()).filter(({ name }) => name === "The fair");
  expect([fair?.action, fair?.campaigns?.length]).toEqual(["skip", 1]);
});
