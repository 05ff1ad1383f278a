import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { sinks } from "#server/messages/testing-sinks";
import { localText } from "#server/planner/zone";
import { launchScheduled } from "./launch-scheduled.ts";
import { problemKey } from "./schema.ts";
import { email, finishedDraft } from "./testing.ts";

beforeEach(() => sinks.forget());

/** A draft of which one thing is worth a look. */
async function draftToLookAt() {
  const tenant = await newTenant();
  const { id, first, campaign, list } = await finishedDraft(tenant);
  const { version } = await tenant.caller.campaigns.saveStep({
    id,
    version: campaign.version,
    stepId: first,
    content: { ...email, emailContent: `<p>Hello, <a href="#">read on</a></p>` },
  });
  const { problems } = await tenant.caller.campaigns.review({ id });
  const acknowledged = problems.map(problemKey);
  expect(acknowledged).toEqual([`empty_link.${first}`]);
  /** Something goes wrong elsewhere, which leaves the campaign and its version as they are. */
  const breakList = () =>
    withTenant(tenant.scope, (tx) =>
      tx.execute(sql`update segments set problem = 'A field is gone.' where id = ${list}::uuid`),
    );
  return { tenant, id, version, acknowledged, breakList };
}

test("a launch waits until somebody has looked at what is worth a look", async () => {
  const { tenant, id, version, acknowledged } = await draftToLookAt();
  const { campaigns } = tenant.caller;
  await expect(campaigns.launch({ id, version })).rejects.toThrow(
    /^It was not launched: look at this first\. Step 1 \(.*\) has a link that leads nowhere/,
  );
  await expect(campaigns.launch({ id, version, acknowledged: ["empty_link"] })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  expect((await campaigns.byId({ id })).status).toBe("draft");
  expect(await campaigns.launch({ id, version, acknowledged })).toEqual({ people: 2 });
});

test("a launch to people who all have the tag that keeps mail away waits for a look at that, and is one to nobody for now", async () => {
  const tenant = await newTenant();
  const { id, campaign } = await finishedDraft(tenant);
  const { campaigns, contacts, tags } = tenant.caller;
  const [ada, bea] = await campaigns.previewContacts({ id });
  for (const each of [ada, bea]) await contacts.addTag({ id: each?.id ?? "", tag: "vacation" });
  const [tag] = await tags.list();
  await tags.nameUndisturbed({ tagId: tag?.id ?? "" });
  const { problems, audience, forecast } = await campaigns.review({ id });
  expect(problems.map(problemKey)).toEqual(["undisturbed"]);
  expect({ audience, forecast }).toMatchObject({ audience: { chosen: 2, count: 0 }, forecast: null });
  const { version } = campaign;
  await expect(campaigns.launch({ id, version })).rejects.toThrow(
    /look at this first\. Nobody gets an email: everybody .* \(2\) has the tag “vacation”/,
  );
  expect(await campaigns.launch({ id, version, acknowledged: ["undisturbed"] })).toEqual({ people: 0 });
});

test("a warning that came up after the look refuses the launch, and the schedule, with that one alone", async () => {
  const { tenant, id, version, acknowledged, breakList } = await draftToLookAt();
  const { campaigns } = tenant.caller;
  await breakList();
  const refusal =
    /^It was not (launched|scheduled): look at this first\. The segment “.*” could not be worked out\. A field is gone\.$/;
  await expect(campaigns.launch({ id, version, acknowledged })).rejects.toThrow(refusal);
  await expect(campaigns.schedule({ id, version, acknowledged, at: "2030-01-07T09:00" })).rejects.not.toThrow(
    "look at",
  );
  const soon = await withTenant(tenant.scope, appNow);
  const at = localText(soon.getTime() + 3_600_000).slice(0, 16);
  await expect(campaigns.schedule({ id, version, acknowledged, at })).rejects.toThrow(refusal);
  await campaigns.launch({ id, version, acknowledged: [...acknowledged, "segment_problem"] });
});

test("at the time it is scheduled for nobody is asked: it is launched, and who scheduled it is told what is worth a look", async () => {
  const { tenant, id, version, acknowledged, breakList } = await draftToLookAt();
  const soon = await withTenant(tenant.scope, appNow);
  const at = localText(soon.getTime() + 3_600_000).slice(0, 16);
  await tenant.caller.campaigns.schedule({ id, version, acknowledged, at });
  await breakList();
  await moveClock("61 minutes");
  expect(await launchScheduled(tenant.scope, id)).toBe("launched");
  const [told] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ body: string }>(sql`
      select body from notify.notifications where notification_type = 'campaign.launched' order by created_at desc limit 1`),
  );
  expect(told?.body).toMatch(/^To 2 people, as scheduled\. Worth a look: .*A field is gone\./);
});

test("a campaign that is paused goes on without being looked at once more", async () => {
  const { tenant, id, version, acknowledged, breakList } = await draftToLookAt();
  const { campaigns } = tenant.caller;
  await campaigns.launch({ id, version, acknowledged });
  await campaigns.pause({ id });
  await breakList();
  await campaigns.resume({ id });
  expect((await campaigns.byId({ id })).status).toBe("active");
});
