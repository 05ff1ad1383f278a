import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { mergeContacts } from "#server/contacts/merge";
import { seeToBearers } from "#server/enrollments/missed-wakes";
import { createRunner, launch, type Started } from "#server/enrollments/testing";
import { sinks } from "./testing-sinks.ts";
import { change, name, quietCampaign, reasons, sent } from "./testing-undisturbed.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const sweep = async () => {
  await runner.pass("1 minute");
  await runner.sweep();
  await runner.settle();
};
/** As the queue of the sweeper stands. */
const notes = ({ scope }: Started) =>
  withTenant(scope, async (tx) => [
    ...(await tx.execute<{ id: string; contact_id: string | null; up_to: string | null }>(
      sql`select id, contact_id, up_to from missed_wakes`,
    )),
  ]);
const isHeld = (reason: string) => reason === "do_not_disturb";

test("a tag that is no longer the one is one note, however many have it, who are let go some at a time; nobody is lost whom it passes", async () => {
  const campaign = await quietCampaign(5);
  const { scope, contactIds, campaignId, tagId } = campaign;
  await change(campaign, "tag", contactIds);
  await launch(scope, campaignId);
  await runner.settle();
  await name(campaign, null);
  expect(await notes(campaign), "the request itself notes nobody").toMatchObject([
    { contact_id: null, up_to: null },
  ]);
  const seeToSome = async () =>
    seeToBearers(scope, (await notes(campaign)).find((note) => note.contact_id === null)?.id ?? "", {
      size: 2,
      slices: 1,
    });
  await seeToSome();
  expect((await reasons(campaign)).filter(isHeld)).toHaveLength(3);
  // Named again it holds whom it still holds, and lets nobody go.
  await name(campaign, tagId);
  await sweep();
  expect((await reasons(campaign)).filter(isHeld)).toHaveLength(5);
  await name(campaign, null);
  await seeToSome();

  // Somebody behind the place reached loses the tag, somebody is merged into one before it, who never had it.
  const [, , , fourth = "", fifth = ""] = contactIds.toSorted();
  const early = `00000000-${v7().slice(9)}`;
  await change(campaign, "untag", [fifth]);
  await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`insert into contacts (id, email, email_normalized) values (${early}::uuid, 'early@example.test', 'early@example.test')`,
    );
    const [keep, other] = await tx.execute<{ id: string; version: number }>(
      sql`select id, version from contacts where id in (${early}::uuid, ${fourth}::uuid) order by id`,
    );
    if (!keep || !other) throw new Error("One of the two contacts is not there.");
    await mergeContacts(tx, { keep, other, choices: {} }, scope.userId);
  });
  expect((await notes(campaign)).map(({ contact_id }) => contact_id).toSorted()).toEqual(
    expect.arrayContaining([early, fifth]),
  );
  await sweep();
  expect(await notes(campaign)).toEqual([]);
  await sweep();
  expect([(await reasons(campaign)).filter(isHeld), await sent(campaign)]).toEqual([[], 5]);
});

test("of those who have a tag that is no longer the one, whoever stands nowhere is passed over many at a time", async () => {
  const campaign = await quietCampaign(3);
  const { scope, contactIds, campaignId } = campaign;
  await change(campaign, "tag", contactIds);
  await launch(scope, campaignId);
  await runner.settle();
  const [first = "", second = "", third = ""] = contactIds.toSorted();
  await withTenant(scope, (tx) =>
    tx.execute(sql`delete from campaign_contacts where contact_id in (${first}::uuid, ${second}::uuid)`),
  );
  await name(campaign, null);
  const some = async () =>
    seeToBearers(scope, (await notes(campaign))[0]?.id ?? "", { lookedAt: 1, slices: 1 });
  await some();
  expect(await notes(campaign)).toMatchObject([{ up_to: first }]);
  await some();
  await some();
  expect(await notes(campaign)).toMatchObject([{ up_to: third }]);
  await sweep();
  expect([await sent(campaign), await notes(campaign)]).toEqual([1, []]);
});

test("those who have a tag that is no longer the one get on by a slice where the time for them is over, and by all of them where it is not", async () => {
  const campaign = await quietCampaign(3);
  const { scope, contactIds } = campaign;
  await change(campaign, "tag", contactIds);
  await name(campaign, null);
  const [note] = await notes(campaign);
  const seeTo = (until: number) => seeToBearers(scope, note?.id ?? "", { lookedAt: 1, until });
  await seeTo(performance.now());
  expect(await notes(campaign)).toMatchObject([{ up_to: contactIds.toSorted()[0] }]);
  await seeTo(performance.now() + 60_000);
  expect(await notes(campaign)).toEqual([]);
});

test("a tag that is deleted while those who had it are being let go loses none of them", async () => {
  const campaign = await quietCampaign(3);
  const { scope, contactIds, campaignId, tagId } = campaign;
  await change(campaign, "tag", contactIds);
  await launch(scope, campaignId);
  await runner.settle();
  await name(campaign, null);
  await seeToBearers(scope, (await notes(campaign))[0]?.id ?? "", { size: 1, slices: 1 });
  await withTenant(scope, (tx) => tx.execute(sql`delete from tags where id = ${tagId}::uuid`));
  await sweep();
  expect([await sent(campaign), await notes(campaign)]).toEqual([3, []]);
});
