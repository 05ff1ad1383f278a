import { sql } from "drizzle-orm";
import PostalMime from "postal-mime";
import { beforeEach, expect, test } from "vitest";
import { createCampaign, createTenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { createFromTemplate, saveAsTemplate } from "#server/campaign-templates/mutations";
import { createRunner, emailStep, launch, newCampaign } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { cloneCampaign, updateSettings } from "./mutations.ts";
import { getCampaign } from "./queries.ts";
import { settingsFields } from "./schema.ts";
import { lowOpensWarnings, untrackedWarnings } from "./tracking-warnings.ts";

const runner = createRunner(sinks);
beforeEach(() => sinks.forget());

test("plain text and the parameters of a campaign stand in what it sends, and in what is made of it", async () => {
  const body = `<p>See <a href="https://shop.test/new?utm_medium=own">this</a></p>`;
  const campaign = await newCampaign({
    emails: ["ada@people.test"],
    steps: [emailStep({ emailContent: body })],
  });
  const { scope, campaignId: id, userId } = campaign;
  const changed = {
    plainTextOnly: true,
    utm: { utm_source: " spring news ", utm_medium: "email", utm_campaign: "" },
  };
  const copies = await withTenant(scope, async (tx) => {
    const { version, settings } = await getCampaign(tx, id);
    await updateSettings(tx, { id, version, settings: settingsFields.parse({ ...settings, ...changed }) });
    const template = await saveAsTemplate(tx, { campaignId: id, name: "Plain", userId });
    const made = await createFromTemplate(tx, { id: template.id, name: "Again", userId });
    const clone = await cloneCampaign(tx, { id, userId });
    return Promise.all([id, clone.id, made.id].map(async (one) => (await getCampaign(tx, one)).settings));
  });
  for (const { plainTextOnly, utm } of copies)
    expect({ plainTextOnly, utm }).toEqual({
      plainTextOnly: true,
      utm: { utm_source: "spring news", utm_medium: "email" },
    });
  await launch(scope, id);
  await runner.settle();
  const mail = await PostalMime.parse(sinks.mails[0]?.raw ?? "");
  expect(mail.html).toBeUndefined();
  expect(mail.text).toContain("https://shop.test/new?utm_medium=own&utm_source=spring%20news");
});

test("a step that asks about what is not tracked is warned of, and no other", async () => {
  const { scope, emailAccountId } = await createTenant();
  const rule = (field: string) => ({ version: 1, match: "all", rules: [{ field, operator: "is_true" }] });
  const problems = await withTenant(scope, async (tx) => {
    const { campaignId } = await createCampaign(tx, {
      emailAccountId,
      steps: [
        emailStep(),
        { stepType: "condition", conditionType: "email_opened", conditionRules: rule("email_opened") },
        { stepType: "condition", conditionType: "email_clicked", conditionRules: rule("email_clicked") },
        { stepType: "condition", conditionType: "email_replied", conditionRules: rule("email_replied") },
      ],
    });
    const { steps, settings } = await getCampaign(tx, campaignId);
    const found = (change: Partial<typeof settings>) =>
      untrackedWarnings({ steps, settings: { ...settings, ...change } }).map(({ message }) => message);
    return [found({}), found({ trackOpens: false }), found({ plainTextOnly: true })];
  });
  expect(problems[0]).toEqual([]);
  expect(problems[1]).toEqual([expect.stringMatching(/^Step 2 .*asks about opens.*does not track them/)]);
  expect(problems[2]).toEqual([
    expect.stringMatching(/^Step 2 .*asks about opens.*plain text/),
    expect.stringMatching(/^Step 3 .*asks about clicks.*plain text/),
  ]);
});

test("three campaigns running that hardly anybody opened are warned of, small and untracked ones aside", async () => {
  const { scope, emailAccountId } = await createTenant();
  await withTenant(scope, async (tx) => {
    const launched = async (daysAgo: number, delivered: number, opened: number, tracked = true) => {
      const { campaignId } = await createCampaign(tx, { emailAccountId });
      await tx.execute(sql`update campaigns set status = 'completed', track_opens = ${tracked},
        launched_at = app_now() - make_interval(days => ${daysAgo}) where id = ${campaignId}::uuid`);
      await tx.execute(sql`insert into analytics.campaign_analytics (campaign_id, date, emails_sent, emails_delivered, emails_opened)
        values (${campaignId}::uuid, app_now()::date, ${delivered}, ${delivered}, ${opened})`);
    };
    const { campaignId: id } = await createCampaign(tx, { emailAccountId });
    const codes = async () => (await lowOpensWarnings(tx, { id })).map(({ code }) => code);
    await launched(9, 1000, 500);
    await launched(5, 1000, 99);
    await launched(4, 100, 0);
    expect(await codes()).toEqual([]);
    await launched(3, 99, 90);
    await launched(2, 1000, 0, false);
    await launched(2, 200, 19);
    expect(await codes()).toEqual(["low_opens"]);
    await launched(2, 100, 10);
    expect(await codes()).toEqual([]);
  });
});
