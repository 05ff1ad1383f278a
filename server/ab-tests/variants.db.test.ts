import { sql } from "drizzle-orm";
import PostalMime from "postal-mime";
import { beforeEach, expect, test } from "vitest";
import { createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { createFromTemplate, saveAsTemplate } from "#server/campaign-templates/mutations";
import { cloneCampaign } from "#server/campaigns/mutations";
import { loadSteps } from "#server/campaigns/steps";
import { recordCustomEvent } from "#server/custom-events/mutations";
import { commitThenSend } from "#server/drivers/events";
import { createRunner, launch, newCampaign, type Started, statusOf } from "#server/enrollments/testing";
import { replaceGoals } from "#server/goals/mutations";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { readMail } from "#server/replies/inbound-mail";
import { findAnswered } from "#server/replies/match";
import { recordReply } from "#server/replies/record-reply";
import { unsubscribe } from "#server/tracking/consent";
import { extendByHand, pickWinner, stopTest } from "./mutations.ts";
import { emailTest, newTest, type TestMetric, type VariantChanges } from "./schema.ts";
import { begun, hit, mailsOf, messagesOf, subjectsOf, tested, testOf, variant } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const against = (changes: VariantChanges) => ({
  variants: [
    { weight: 1, changes: {} },
    { weight: 1, changes },
  ],
});
const parsed = (campaign: Started) => Promise.all(mailsOf(campaign).map(({ raw }) => PostalMime.parse(raw)));
const acting = async (campaign: Started) => ({ id: (await testOf(campaign)).id, userId: campaign.userId });

test("each variant's people get its body and its text, and one that more people unsubscribe from does not win by its opens", async () => {
  const campaign = await begun(runner, people(202), [
    tested(
      {
        dimension: "content",
        samplePercent: 1,
        ...against({ emailContent: "<p>Bold <b>news</b></p>", emailText: "Bold by hand" }),
      },
      { emailContent: "<p>Plain news</p>" },
    ),
  ]);
  // One in a hundred tells nothing: the sample is as large as it has to be.
  await runner.pass("1 minute");
  expect(await testOf(campaign)).toMatchObject({ sampleSize: 200, taken: 200, waiting: 2 });
  const [a, b] = [await messagesOf(campaign, "A"), await messagesOf(campaign, "B")];
  expect([a.length, b.length]).toEqual([100, 100]);
  const bold = new Set(b.map(({ to }) => to));
  for (const { to, html, text } of await parsed(campaign)) {
    const isBold = bold.has(to?.[0]?.address ?? "");
    expect([html?.includes("Bold <b>news</b>"), html?.includes("Plain news")]).toEqual([isBold, !isBold]);
    expect([text?.includes("Bold by hand"), text?.includes("Plain news")]).toEqual([isBold, !isBold]);
  }
  const { scope } = campaign;
  await commitThenSend(scope, async (tx) => {
    const reads = (some: typeof a, count: number) => some.slice(0, count).map(({ id }) => id);
    return hit(tx, scope, [...reads(a, 20), ...reads(b, 60)], { type: "opened" });
  });
  for (const { id } of b.slice(0, 8))
    await withTenant(scope, (tx) => unsubscribe(tx, { messageId: id }, "page"));
  await runner.pass("241 minutes", 2);
  const { decided, ...test } = await testOf(campaign);
  expect(test).toMatchObject({ outcome: "fallback_control", winner: "A" });
  expect(test.extendedAt).not.toBeNull();
  expect(decided?.[1]).toMatchObject({ opened: 60, unsubscribed: 8, harmful: true });
  expect(decided?.[1]?.confidence).toBeGreaterThan(0.95);
  const plain = (await parsed(campaign)).filter(({ html }) => html?.includes("Plain news"));
  expect(plain).toHaveLength(102);
  expect(await statusOf(campaign)).toBe("completed");
});

test("a variant's people are written to by its sender; a person extends the test once, stops it, and the others get the email as it stands", async () => {
  const sender = { fromName: "Bea of Sales", fromEmail: "bea@acme.test", replyTo: "desk@acme.test" };
  const campaign = await newCampaign({
    emails: people(8),
    steps: [tested({ dimension: "sender", samplePercent: 50, ...against({ sender }) })],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("mailbox/messages.queued");
  const extend = async () => {
    const who = await acting(campaign);
    return withTenant(campaign.scope, (tx) => extendByHand(tx, who));
  };
  await expect(extend()).rejects.toThrow("has not begun yet");
  await runner.pass("3 minutes");
  await runner.sweep();
  await runner.settle();
  await runner.pass("1 minute");
  const bold = new Set((await messagesOf(campaign, "B")).map(({ to }) => to));
  expect(bold.size).toBe(2);
  for (const { from, replyTo, to } of await parsed(campaign)) {
    const isBold = bold.has(to?.[0]?.address ?? "");
    expect(from?.name === sender.fromName).toBe(isBold);
    expect(from?.address === sender.fromEmail).toBe(isBold);
    expect(replyTo?.[0]?.address === sender.replyTo).toBe(isBold);
  }
  const { endsAt } = await testOf(campaign);
  await extend();
  const extended = await testOf(campaign);
  expect(extended.status).toBe("extended");
  expect(Number(extended.endsAt) - Number(endsAt)).toBe(240 * 60_000);
  await expect(extend()).rejects.toThrow("extended already");
  const who = await acting(campaign);
  await commitThenSend(campaign.scope, (tx) => stopTest(tx, who));
  await runner.settle();
  expect(await testOf(campaign)).toMatchObject({ status: "cancelled", outcome: "stopped", waiting: 0 });
  const names = (await parsed(campaign)).filter(({ from }) => from?.name === sender.fromName);
  expect([names.length, mailsOf(campaign).length]).toEqual([2, 8]);
  await expect(commitThenSend(campaign.scope, (tx) => stopTest(tx, who))).rejects.toThrow("decided already");
  // What somebody has ended on purpose a copy does not begin again.
  const copied = await withTenant(campaign.scope, async (tx) => {
    const { id } = await cloneCampaign(tx, { id: campaign.campaignId, userId: campaign.userId });
    return loadSteps(tx, id);
  });
  expect(copied.map((step) => step.test)).toEqual(copied.map(() => null));
});

test("a campaign that goes on taking people in tests the first who come, and everybody later gets the winner", async () => {
  const campaign = await newCampaign({
    emails: people(1, "early"),
    steps: [tested({ sampleContacts: 4, samplePercent: 1 })],
  });
  const { scope, campaignId, listId, userId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update campaigns set audience = audience || '{"autoEnroll": true}', auto_enroll = true where id = ${campaignId}::uuid`,
    ),
  );
  const come = async (name: string, count: number) => {
    await withTenant(scope, async (tx) => {
      const ids = await createContacts(
        tx,
        people(count, name).map((email) => ({ email })),
      );
      await tx.execute(sql`
        insert into segment_contacts (segment_id, contact_id) select ${listId}::uuid, unnest(${sql.param(ids)}::uuid[])`);
    });
    await runner.pass("2 minutes");
    await runner.sweep();
    await runner.settle();
    await runner.pass("1 minute");
  };
  await launch(scope, campaignId);
  await runner.settle();
  expect(await testOf(campaign)).toMatchObject({ sampleSize: 4, taken: 1, endsAt: null });
  await come("next", 5);
  expect(subjectsOf(campaign)).toEqual({ "As it is": 2, Another: 2 });
  const going = await testOf(campaign);
  expect(going).toMatchObject({ taken: 4, waiting: 2 });
  expect(going.endsAt).not.toBeNull();
  const winnerId = going.now[1]?.id ?? "";
  await commitThenSend(scope, (tx) => pickWinner(tx, { id: going.id, userId, variantId: winnerId }));
  await runner.settle();
  await come("late", 3);
  expect(subjectsOf(campaign)).toEqual({ "As it is": 2, Another: 7 });
});

test.each<TestMetric>(["click_rate", "reply_rate", "conversion_rate"])(
  "a test by %s is decided by what people do, and by nothing else",
  async (metric) => {
    const campaign = await newCampaign({
      emails: people(6),
      steps: [
        tested(
          { metric, samplePercent: 70, fallback: "highest", durationMinutes: 60 },
          { emailContent: '<p><a href="https://x.test/">Look</a></p>' },
        ),
      ],
    });
    const { scope, campaignId, tenantId, workspaceId, emailAccountId } = campaign;
    await withTenant(scope, (tx) =>
      replaceGoals(tx, campaignId, [
        {
          name: "Bought",
          event: { type: "event", name: "order.placed" },
          action: "stay",
          targetId: "",
          attributionDays: 7,
        },
      ]),
    );
    await launch(scope, campaignId);
    await runner.settle();
    await runner.pass("1 minute");
    const [a, b] = [await messagesOf(campaign, "A"), await messagesOf(campaign, "B")];
    const [reader] = b;
    if (!reader) throw new Error("Two of four have B.");
    // All of A are opened, which counts for nothing here.
    await commitThenSend(scope, (tx) =>
      hit(
        tx,
        scope,
        a.map(({ id }) => id),
        { type: "opened" },
      ),
    );
    if (metric === "click_rate")
      await commitThenSend(scope, (tx) => hit(tx, scope, [reader.id], { type: "clicked" }));
    if (metric === "reply_rate")
      await withTenant(scope, async (tx) => {
        const pointers = { rfcIds: [], ledgerIds: [reader.id], addresses: [], subject: "" };
        const answered = await findAnswered(tx, { accountId: emailAccountId, pointers });
        if (!answered) throw new Error("The message is not there.");
        await recordReply(tx, answered, await readMail(Buffer.from(`From: ${reader.to}\r\n\r\nYes`)));
      });
    if (metric === "conversion_rate") {
      await withTenant(scope, (tx) =>
        recordCustomEvent(tx, {
          scope: { tenantId, workspaceId },
          input: {
            id: crypto.randomUUID(),
            name: "order.placed",
            email: reader.to,
            properties: {},
            createContact: false,
          },
        }),
      );
    }
    await runner.pass("2 minutes");
    await runner.sweep();
    await runner.settle();
    await runner.pass("60 minutes");
    const { decided, ...test } = await testOf(campaign);
    expect(test).toMatchObject({ outcome: "fallback_highest", winner: "B" });
    expect(decided?.map(({ rate }) => rate)).toEqual([0, 0.5]);
    expect(subjectsOf(campaign)).toEqual({ "As it is": 2, Another: 4 });
  },
);

test("a copy and a template of a campaign whose test is decided test it again, in the words of the control", async () => {
  const bodies = against({ emailContent: "<p>Bold</p>", emailText: null });
  const campaign = await begun(runner, people(4), [
    tested({ samplePercent: 50 }),
    tested({ dimension: "content", ...bodies }, { emailContent: "<p>Plain</p>" }),
    tested(
      { dimension: "send_time", ...against({ sendTime: "03:00" }) },
      { sendTime: "15:00", emailContent: "<p>Timed</p>" },
    ),
  ]);
  const { scope, campaignId, userId } = campaign;
  const before = await withTenant(scope, (tx) => loadSteps(tx, campaignId));
  const tests = await withTenant(scope, (tx) =>
    tx.execute<{ id: string; b: string }>(sql`
      select t.id, v.id as b from ab_tests t join ab_test_variants v on v.test_id = t.id and v.name = 'B' order by t.id`),
  );
  for (const { id, b } of tests)
    await commitThenSend(scope, (tx) => pickWinner(tx, { id, userId, variantId: b }));
  const said = (steps: Awaited<ReturnType<typeof loadSteps>>) =>
    steps.map(({ subjectLine, emailContent, sendTime, test }) => ({
      subjectLine,
      emailContent,
      sendTime,
      test: test && emailTest.parse(test),
    }));
  const decided = await withTenant(scope, (tx) => loadSteps(tx, campaignId));
  expect(
    said(decided).map(({ subjectLine, emailContent, sendTime, test }) => [
      subjectLine,
      emailContent,
      sendTime,
      test,
    ]),
  ).toEqual([
    ["Another", "<p>Hello</p>", null, null],
    ["As it is", "<p>Bold</p>", null, null],
    ["As it is", "<p>Timed</p>", "03:00", null],
  ]);
  const copies = await withTenant(scope, async (tx) => {
    const clone = await cloneCampaign(tx, { id: campaignId, userId });
    const template = await saveAsTemplate(tx, { campaignId, name: "Again", userId });
    const made = await createFromTemplate(tx, { id: template.id, name: "From it", userId });
    return [await loadSteps(tx, clone.id), await loadSteps(tx, made.id)] as const;
  });
  for (const copy of copies) expect(said(copy)).toEqual(said(before));
  // What somebody has written since is what a copy says, with the same test of it.
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update campaign_steps set subject_line = 'Newer'
      where campaign_id = ${campaignId}::uuid and subject_line = 'Another'`),
  );
  const [newer] = await withTenant(scope, async (tx) =>
    said(await loadSteps(tx, (await cloneCampaign(tx, { id: campaignId, userId })).id)),
  );
  expect(newer).toEqual({ ...said(before)[0], subjectLine: "Newer" });
  expect(copies[0][0]?.test).toEqual({
    ...newTest(),
    samplePercent: 50,
    variants: [{ weight: 1, changes: {} }, variant("Another")],
  });
});
