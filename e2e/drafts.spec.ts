import { sql } from "drizzle-orm";
import { createCampaign, createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { expect, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { mailsAbout, readMail } from "./sandbox.ts";
import { accessibilityFindings } from "./scan.ts";

test("a reviewer edits one email, approves two, rejects one, and exactly what was approved arrives", async ({
  workspace,
  signedInPage: page,
}) => {
  const unique = workspace.workspaceId.slice(-8);
  const names = ["Ada", "Bea", "Cid", "Dan"];
  const { campaignId } = await withTenant(workspace.scope, async (tx) => {
    const contactIds = await createContacts(
      tx,
      names.map((firstName) => ({ firstName, email: `${firstName.toLowerCase()}-${unique}@people.test` })),
    );
    const made = await createCampaign(tx, {
      name: "Spring news",
      emailAccountId: workspace.emailAccountId,
      audience: { everyone: false, include: [await createList(tx, { contactIds })], exclude: [] },
      steps: [
        {
          stepType: "email",
          subjectLine: `News ${unique} for {{ first_name }}`,
          emailContent: "<p>Dear {{ first_name }}</p>",
        },
      ],
    });
    await tx.execute(
      sql`update campaign_settings set no_limits = true where campaign_id = ${made.campaignId}::uuid`,
    );
    return made;
  });
  const to = (name: string) => `${name.toLowerCase()}-${unique}@people.test`;

  await test.step("the step asks for a review, and the campaign starts without sending anything", async () => {
    await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit`);
    await page.getByLabel("Review each email before it goes").check();
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();
    await page.getByRole("link", { name: "Review", exact: true }).click();
    await expect(page.getByText(/^When its drafts are approved/)).toBeVisible();
    await launchCampaign(page);
    await expect(page.getByText("Somebody looks at the email before it leaves").first()).toBeVisible({
      timeout: 20_000,
    });
  });

  const list = page.getByRole("list", { name: "Drafts", exact: true });
  const panel = page.getByRole("region", { name: "Draft", exact: true });
  await test.step("who may review is told, and finds a draft for each", async () => {
    await page.getByRole("button", { name: /Notifications/ }).click();
    await page.getByRole("link", { name: "Emails of “Spring news” wait for a review" }).click();
    await expect(list.getByRole("listitem")).toHaveCount(4);
    await expect(panel.getByRole("heading", { name: "Ada" })).toBeVisible();
    await expect(panel.getByText(`News ${unique} for Ada`)).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  await test.step("one is edited, and approved with that", async () => {
    await page.keyboard.press("e");
    await panel.getByLabel("Subject").fill(`News ${unique}, by hand`);
    await panel.getByRole("textbox", { name: /Body/ }).fill("<p>Words of my own</p>");
    await panel.getByRole("button", { name: "Save and approve" }).click();
    await expect(page.getByText("1 email approved")).toBeVisible();
    await expect(list.getByRole("listitem")).toHaveCount(3);
  });

  await test.step("one is rejected and one approved by the keyboard, each with what it says", async () => {
    await expect(panel.getByRole("heading", { name: "Bea" })).toBeVisible();
    await page.keyboard.press("r");
    await page.getByRole("dialog").getByLabel("Why").fill("She knows already");
    await page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
    await expect(list.getByRole("listitem")).toHaveCount(2);
    await page.keyboard.press("j");
    await expect(panel.getByRole("heading", { name: "Dan" })).toBeVisible();
    await page.keyboard.press("k");
    await expect(panel.getByRole("heading", { name: "Cid" })).toBeVisible();
    await page.keyboard.press("a");
    await expect(list.getByRole("listitem")).toHaveCount(1);
  });

  await test.step("exactly those two arrive, as they were approved", async () => {
    await expect.poll(async () => (await mailsAbout(unique)).length, { timeout: 30_000 }).toBe(2);
    const mails = (await mailsAbout(unique)).map((mail) => `${mail.to} ${mail.subject}`).toSorted();
    expect(mails).toEqual([`${to("Ada")} News ${unique}, by hand`, `${to("Cid")} News ${unique} for Cid`]);
    const [first] = (await mailsAbout(unique)).filter((mail) => mail.to === to("Ada"));
    expect((await readMail(first?.id ?? "")).html).toContain("Words of my own");
    await page.goto(`${env.APP_URL}/${workspace.slug}/drafts?view=sent`);
    await expect(list.getByRole("listitem")).toHaveCount(2);
    await page.goto(`${env.APP_URL}/${workspace.slug}/drafts?view=rejected`);
    await expect(panel.getByText("She knows already")).toBeVisible();
  });
});

test("several emails are approved for later, and all the others at once, beyond what a page shows", async ({
  workspace,
  signedInPage: page,
}) => {
  const names = Array.from({ length: 55 }, (_, index) => `many-${String(index).padStart(2, "0")}`);
  const { campaignId, at } = await withTenant(workspace.scope, async (tx) => {
    const contactIds = await createContacts(
      tx,
      names.map((name) => ({ email: `${name}-${workspace.slug}@people.test` })),
    );
    const made = await createCampaign(tx, {
      name: "To many",
      emailAccountId: workspace.emailAccountId,
      audience: { everyone: false, include: [await createList(tx, { contactIds })], exclude: [] },
      steps: [
        {
          stepType: "email",
          subjectLine: "News",
          emailContent: "<p>News</p>",
          requiresDraftApproval: true,
          draftReview: { days: 14, otherwise: "skip" },
        },
      ],
    });
    const [later] = await tx.execute<{ at: string }>(sql`
      select to_char(app_now() + interval '10 days', 'YYYY-MM-DD"T"HH24:MI') as at`);
    return { ...made, at: later?.at ?? "" };
  });
  await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit/review`);
  await launchCampaign(page);
  const list = page.getByRole("list", { name: "Drafts", exact: true }).getByRole("listitem");
  await expect(async () => {
    await page.goto(`/${workspace.slug}/drafts`);
    await expect(page.getByRole("link", { name: "Next" })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });

  await list.nth(0).getByRole("checkbox").check();
  await list.nth(1).getByRole("checkbox").check();
  await page.getByRole("button", { name: "For later" }).first().click();
  await page.getByLabel("Send at").fill(at);
  await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await expect(page.getByText("2 emails approved")).toBeVisible();
  await expect(page.getByRole("link", { name: "To review 53" })).toBeVisible();
  await expect(list).toHaveCount(50);

  await page.getByLabel("Choose all on this page").check();
  await expect(page.getByRole("button", { name: "Approve 50" })).toBeVisible();
  await page.getByRole("button", { name: "Approve all 53" }).click();
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("alertdialog").getByRole("button", { name: "Approve them all" }).click();
  await expect(page.getByText("53 emails approved")).toBeVisible();
  await expect(page.getByText(/All reviewed|Nothing to review/)).toBeVisible();
  const [count] = await withTenant(workspace.scope, (tx) =>
    tx.execute<{ later: number; decided: number }>(sql`
      select count(*) filter (where s.scheduled_for is not null)::int as later, count(*)::int as decided
      from email_drafts d left join scheduled_emails s on s.draft_id = d.id
      where d.campaign_id = ${campaignId}::uuid and d.approved_at is not null`),
  );
  expect(count).toEqual({ later: 2, decided: 55 });
});
