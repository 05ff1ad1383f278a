// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { loadLive } from "#server/analytics/live";
import { unexplainedIn } from "#server/analytics/testing-standstills";
import { answerForContact } from "#server/analytics/why-contact";
import { applyChange } from "#server/contact-edits/apply";
import { mergeContacts } from "#server/contacts/merge";
import { commitThenSend } from "#server/drivers/events";
import { sweepWaiters } from "#server/drivers/sweep";
import { createRunner, launch, ledger, statusOf } from "#server/enrollments/testing";
import { newAccount, newColleague } from "#server/testing";
import { ensureTags } from "#server/tags/mutations";
import { sendNext } from "./run.ts";
import { sinks } from "./testing-sinks.ts";
import { change, name, quietCampaign, reasons, sent } from "./testing-undisturbed.ts";
import { claim, queued, usage } from "./testing.ts";
import { resendMessages } from "./unknown.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const sweep = async () => {
  await runner.pass("1 minute");
  await runner.sweep();
  await runner.settle();
};
test("who has the tag gets no slot and costs nobody a look, the campaign says so and stays, and goes on when it is taken off", async () => {
  const campaign = await quietCampaign();
  const { scope, campaignId, contactIds } = campaign;
  await change(campaign, "tag", contactIds);
  await launch(scope, campaignId);
  await runner.settle();
  expect(await ledger(campaign)).toEqual([]);
  expect(await reasons(campaign)).toEqual(["do_not_disturb", "do_not_disturb"]);
  const driver = () =>
    withTenant(scope, async (tx) => [
      ...(await tx.execute<{ fence: number }>(
        sql`select fence, wakes_at, lease_until from step_drivers where campaign_id = ${campaignId}::uuid`,
      )),
    ]);
  const before = await driver();
  expect(before).toMatchObject([{ wakes_at: null, lease_until: null }]);
  for (let minute = 0; minute < 3; minute += 1) await sweep();
  expect(await driver()).toEqual(before);
  expect(await statusOf(campaign)).toBe("active");

  await withTenant(scope, async (tx) => {
    const { answer } = await loadLive(tx, campaignId);
    expect(answer).toMatchObject({ code: "do_not_disturb", at: null });
    expect(answer.text).toMatch(/2 people: They have the tag/);
    const contact = await answerForContact(tx, contactIds[0] ?? "");
    expect(contact).toMatchObject({ code: "do_not_disturb", at: null });
    expect(contact.text).toContain("“quiet”");
    expect(await unexplainedIn(tx)).toEqual([]);
  });

  await change(campaign, "untag");
  await sweep();
  expect(await reasons(campaign)).toEqual(["completed", "do_not_disturb"]);
  expect(await sent(campaign)).toBe(1);
  await change(campaign, "untag", contactIds);
  await sweep();
  await sweep();
  expect(await sent(campaign)).toBe(2);
  expect(await statusOf(campaign)).toBe("completed");
});

test("whoever is given the tag once their email has its slot gives it back, and gets another one, once", async () => {
  const campaign = await queued(runner, await quietCampaign());
  await change(campaign, "tag");
  // At the claim they are passed over, and the others are not.
  expect((await claim(campaign, 1)).messages).toHaveLength(1);
  expect((await claim(campaign)).messages).toEqual([]);
  expect(await usage(campaign)).toEqual({ reserved: 1, sent: 1 });
  await sendNext({ ...campaign.scope, ...campaign });
  await runner.settle();
  expect((await reasons(campaign))[0]).toBe("do_not_disturb");
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 1 });
  const theirs = async () => (await ledger(campaign)).filter(({ to_email }) => to_email.includes("-0@"));
  expect(await theirs()).toMatchObject([{ delivery_status: "queued", scheduled_for: null }]);
  await withTenant(campaign.scope, async (tx) => expect(await unexplainedIn(tx)).toEqual([]));
  for (let minute = 0; minute < 3; minute += 1) await sweep();
  expect(await theirs()).toMatchObject([{ delivery_status: "queued", scheduled_for: null }]);
  await change(campaign, "untag");
  await sweep();
  await sweep();
  expect(await theirs()).toMatchObject([{ delivery_status: "sent", attempts: 1 }]);
});

const waiting = () =>
  asOwner(async (owner) => {
    const rows =
      await owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return rows.length;
  });

test("a step that puts somebody off at the moment in which the tag is taken off them lets them go on all the same", async () => {
  const campaign = await quietCampaign(1);
  await change(campaign, "tag");
  const step = campaign.stepIds[0] ?? "";
  // As one that has read the tag and not committed yet: it holds its driver.
  const read = Promise.withResolvers<void>();
  const untagged = Promise.withResolvers<void>();
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("campaign/step.due");
  const puttingOff = withTenant(campaign.scope, async (tx) => {
    await tx.execute(sql`select from step_drivers where step_id = ${step}::uuid for no key update`);
    await tx.execute(sql`
      update campaign_contacts set wait_reason = 'do_not_disturb', next_email_scheduled_at = null
      where current_step_id = ${step}::uuid`);
    read.resolve();
    await untagged.promise;
  });
  await read.promise;
  await change(campaign, "untag");
  const sweeping = sweepWaiters();
  await expect.poll(waiting).toBe(1);
  untagged.resolve();
  await Promise.all([puttingOff, sweeping]);
  await runner.settle();
  await sweep();
  expect(await sent(campaign)).toBe(1);
});

test("when the tag is deleted, or another one is named, whoever had it goes on", async () => {
  const campaign = await quietCampaign(4);
  const { scope, contactIds, campaignId, tagId } = campaign;
  await change(campaign, "tag", contactIds);
  await launch(scope, campaignId);
  await runner.settle();
  const other = await withTenant(scope, (tx) => ensureTags(tx, ["other"]));
  await withTenant(scope, (tx) =>
    applyChange(tx, { action: "tag", tag: "other" }, { ids: contactIds.slice(0, 1), actorId: scope.userId }),
  );
  await name(campaign, other.ids.get("other") ?? "");
  await sweep();
  expect(await reasons(campaign)).toEqual(["do_not_disturb", "completed", "completed", "completed"]);
  await name(campaign, tagId);
  await sweep();
  expect(await sent(campaign)).toBe(3);
  expect(await reasons(campaign)).toContain("do_not_disturb");
  await withTenant(scope, (tx) => tx.execute(sql`delete from tags where id = ${tagId}::uuid`));
  await sweep();
  expect(await sent(campaign)).toBe(4);
  await sweep();
  expect(await statusOf(campaign)).toBe("completed");
});

test("an email that is sent again by hand waits for the tag's end too, wherever its contact stands by then", async () => {
  const campaign = await quietCampaign(1, { emails: ["drop@x.test"] });
  const { scope, campaignId } = campaign;
  await launch(scope, campaignId);
  await runner.settle();
  await runner.pass("25 hours");
  await sweep();
  expect(await statusOf(campaign)).toBe("completed");
  expect(await ledger(campaign)).toMatchObject([{ delivery_status: "unknown", attempts: 1 }]);
  await change(campaign, "tag");
  const messageIds = (await ledger(campaign)).map(({ id }) => id);
  await commitThenSend(scope, (tx) => resendMessages(tx, { scope, messageIds }));
  await sweep();
  expect(await ledger(campaign)).toMatchObject([
    { delivery_status: "queued", attempts: 1, scheduled_for: null },
  ]);
  await change(campaign, "untag");
  await sweep();
  await sweep();
  expect(await ledger(campaign)).toMatchObject([{ attempts: 2 }]);
});

test("whoever is merged into another contact before the sweeper has heard that the tag is gone goes on", async () => {
  const campaign = await quietCampaign(1);
  const { scope, campaignId, contactIds } = campaign;
  await change(campaign, "tag");
  await launch(scope, campaignId);
  await runner.settle();
  expect(await reasons(campaign)).toEqual(["do_not_disturb"]);
  await change(campaign, "untag");
  await withTenant(scope, async (tx) => {
    const [keep] = await tx.execute<{ id: string; version: number }>(sql`
      insert into contacts (email, email_normalized) values ('keep@example.test', 'keep@example.test') returning id, version`);
    const [other] = await tx.execute<{ id: string; version: number }>(
      sql`select id, version from contacts where id = ${contactIds[0]}::uuid`,
    );
    if (!keep || !other) throw new Error("One of the two contacts is not there.");
    await mergeContacts(tx, { keep, other, choices: {} }, scope.userId);
  });
  await sweep();
  expect(await sent(campaign)).toBe(1);
  expect(await statusOf(campaign)).toBe("completed");
});

test("a tag of another workspace is not found, and only who may change settings names one", async () => {
  const [ours, theirs] = await Promise.all([newAccount(), newAccount()]);
  const tagOf = async ({ caller }: typeof ours) => {
    const { id } = await caller.contacts.create({ email: "ada@example.test" });
    await caller.contacts.addTag({ id, tag: "quiet" });
    return (await caller.tags.list())[0]?.id ?? "";
  };
  const [own, foreign] = await Promise.all([tagOf(ours), tagOf(theirs)]);
  await ours.caller.tags.nameUndisturbed({ tagId: own });
  await expect(ours.caller.tags.nameUndisturbed({ tagId: foreign })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  const member = await newColleague(ours, "member");
  await expect(member.caller.tags.nameUndisturbed({ tagId: null })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  expect(await member.caller.tags.undisturbed()).toMatchObject({ id: own, name: "quiet" });
  expect(await theirs.caller.tags.undisturbed()).toBeNull();
  await ours.caller.tags.nameUndisturbed({ tagId: null });
  expect(await ours.caller.tags.undisturbed()).toBeNull();
});
