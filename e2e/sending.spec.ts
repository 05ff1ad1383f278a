import { sql } from "drizzle-orm";
import { createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { ensureTags } from "#server/tags/mutations";
import { finishedCampaign } from "./finished-campaign.ts";
import { expect, test } from "./fixtures.ts";
import { accessibilityFindings } from "./scan.ts";

test("limits, days without sending and a pool are set up, and the review says what comes of them", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId } = await finishedCampaign(workspace);
  await withTenant(workspace.scope, (tx) =>
    createMailbox(tx, { email: "ana@sandbox.test", isDefault: false, dailyLimit: 5 }),
  );
  const dialog = page.getByRole("dialog");

  await test.step("limits for the workspace, for what a company gets, and for what a provider gets an hour", async () => {
    await page.goto(`/${workspace.slug}/settings/sending`);
    await expect(page.getByText("No shared limits")).toBeVisible();
    await page.getByRole("button", { name: "Add limit" }).click();
    await dialog.getByRole("button", { name: "Save limit" }).click();
    await expect(dialog.getByText("Enter a number, or remove the limit.")).toBeVisible();
    await dialog.getByLabel("Emails a day").fill("40");
    await dialog.getByLabel("Emails an hour").fill("20");
    await dialog.getByRole("button", { name: "Save limit" }).click();
    const limits = page.getByRole("table", { name: "Shared limits" });
    await expect(limits.getByRole("row", { name: /The whole workspace.*40.*20/ })).toBeVisible();
    await page.getByRole("button", { name: "Add limit" }).click();
    await dialog.getByLabel("Limits", { exact: true }).selectOption({ label: "To any one company" });
    await dialog.getByLabel("Emails a day").fill("3");
    await dialog.getByRole("button", { name: "Save limit" }).click();
    await expect(limits.getByRole("row", { name: /To any one company/ })).toBeVisible();
    await page.getByRole("button", { name: "Add limit" }).click();
    await dialog.getByLabel("Limits", { exact: true }).selectOption({ label: "To addresses of one domain…" });
    await dialog.getByLabel("Domain", { exact: true }).fill("gmail.com");
    await dialog.getByLabel("Emails an hour").fill("30");
    await dialog.getByRole("button", { name: "Save limit" }).click();
    await expect(limits.getByRole("row", { name: /To addresses of gmail\.com.*30/ })).toBeVisible();
  });

  await test.step("a holiday, whose last day must not lie before its first", async () => {
    await page.getByRole("button", { name: "Add days" }).click();
    await dialog.getByLabel("Occasion").fill("Founders’ day");
    await dialog.getByLabel("From", { exact: true }).fill("2031-05-02");
    await dialog.getByLabel("Until").fill("2031-05-01");
    await dialog.getByRole("button", { name: "Add days" }).click();
    await expect(dialog.getByText("The last day lies before the first one.")).toBeVisible();
    await dialog.getByLabel("Until").fill("2031-05-04");
    await dialog.getByRole("button", { name: "Add days" }).click();
    await expect(page.getByRole("row", { name: /Founders’ day/ })).toBeVisible();
    await page.getByRole("button", { name: "Add days" }).click();
    await dialog.getByLabel("Occasion").fill("The fair");
    await dialog.getByLabel("From", { exact: true }).fill("2031-06-02");
    await dialog.getByRole("radio", { name: "Emails are passed over" }).check();
    await dialog.getByRole("button", { name: "Add days" }).click();
    await expect(page.getByRole("row", { name: /The fair.*Emails passed over/ })).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  await test.step("the public holidays of a region, one of which is a working day after all", async () => {
    await page.getByRole("button", { name: "Add holidays" }).click();
    await dialog.getByRole("button", { name: "Add holidays" }).click();
    await expect(dialog.getByText("Choose a country.")).toBeVisible();
    await dialog.getByLabel("Country").click();
    await page.getByPlaceholder("Search").fill("Germany");
    await page.getByRole("option", { name: "Germany" }).click();
    await dialog.getByLabel("Region").click();
    await page.getByRole("option", { name: "Berlin" }).click();
    await dialog.getByRole("button", { name: "Add holidays" }).click();
    const calendar = page.getByRole("list", { name: "Public holidays" });
    await expect(calendar.getByText("Holidays: Germany, Berlin")).toBeVisible();
    await calendar.getByText("days to come").click();
    const whitMonday = calendar.getByRole("button", { name: /^Remove Whit Monday/ });
    const before = await whitMonday.count();
    await whitMonday.first().click();
    await expect(whitMonday).toHaveCount(before - 1);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  await test.step("a tag whose bearers get no campaign email", async () => {
    await withTenant(workspace.scope, (tx) => ensureTags(tx, ["vacation"]));
    await page.reload();
    const quiet = page.getByRole("region", { name: "Do not disturb" });
    await quiet.getByLabel("Tag").selectOption({ label: "vacation" });
    await quiet.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await page.reload();
    await expect(quiet.getByLabel("Tag").locator("option:checked")).toHaveText("vacation");
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  await test.step("two mailboxes share a pool", async () => {
    await page.goto(`/${workspace.slug}/settings/mailboxes`);
    await page.getByRole("button", { name: "Add pool" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Sales team");
    await dialog.getByRole("button", { name: "Save pool" }).click();
    await expect(dialog.getByText("Choose at least one mailbox.")).toBeVisible();
    for (const box of await dialog.getByRole("checkbox").all()) await box.check();
    await dialog.getByRole("radio", { name: "By how they stand" }).check();
    await dialog.getByRole("radio", { name: "Go on with the others" }).check();
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Save pool" }).click();
    await expect(page.getByRole("heading", { name: "Sales team" })).toBeVisible();
    await expect(page.getByText("By how they stand, goes on when none stands well")).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  await test.step("a campaign sends from it, on everybody’s own clock, and says when", async () => {
    await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit/settings`);
    await page.getByLabel("Mailbox", { exact: true }).selectOption({ label: "Sales team (2 mailboxes)" });
    await expect(page.getByLabel("Sender’s address")).toBeHidden();
    await page.getByRole("radio", { name: /Each recipient’s/ }).check();
    await page.getByLabel("Priority").fill("80");
    await page.getByLabel("Plain text").click();
    await page.getByRole("textbox", { name: "Source" }).fill("newsletter");
    await page.getByRole("button", { name: "Save settings" }).click();
    await expect(page.getByText("Settings saved.")).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit/review`);
    await expect(page.getByText("through the pool Sales team")).toBeVisible();
    await expect(page.getByText(/ from \S+@\S+/).first()).toBeVisible();
    await expect(page.getByText(/Up to [\d,]+ a day/)).toBeVisible();
  });

  await test.step("who is not to be disturbed, and who is snoozed, is told apart before the launch", async () => {
    await withTenant(workspace.scope, async (tx) => {
      await tx.execute(sql`
        insert into contact_tags (contact_id, tag_id)
        select c.id, t.id from contacts c, tags t where c.email = 'ada@people.test' and t.name = 'vacation'`);
      await tx.execute(
        sql`update contacts set snoozed_until = app_now() + interval '3 days' where email = 'bea@people.test'`,
      );
    });
    await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit/review`);
    await expect(page.getByText("1 person, 1 not to be disturbed for now")).toBeVisible();
    await expect(page.getByText(/^1 of 2 people has the tag “vacation”/)).toBeVisible();
    const samples = page.getByRole("table", { name: "When some of the audience get their emails" });
    await expect(samples.getByRole("row")).toHaveCount(2);
    await expect(samples.getByText("bea@people.test (snoozed)")).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit/audience`);
    await expect(page.getByText(/^1 has the tag “vacation” and gets nothing/)).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  await test.step("a mailbox that failed gets a server that answers, and sends again", async () => {
    await withTenant(workspace.scope, (tx) =>
      createMailbox(tx, {
        email: "bea@sandbox.test",
        isDefault: false,
        provider: "smtp",
        status: "error",
        statusReason: "Its server refuses the user name or the password (535 5.7.8 wrong password).",
        smtpHost: "127.0.0.1",
        smtpPort: 1,
        smtpSecurity: "none",
        smtpUsername: "bea",
      }),
    );
    await page.goto(`/${workspace.slug}/settings/mailboxes`);
    const bea = page.getByRole("listitem").filter({ hasText: "bea@sandbox.test" }).first();
    await expect(bea).toContainText("refuses the user name or the password");
    await page.getByRole("button", { name: "More for bea@sandbox.test" }).press("Enter");
    await page.getByRole("menuitem", { name: "Server and password" }).press("Enter");
    await dialog.getByRole("button", { name: "Test and save" }).press("Enter");
    await expect(dialog.getByText(/nothing listens on that port/)).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByLabel("Port").fill(String(env.SANDBOX_SMTP_PORT));
    await dialog.getByLabel("Password").fill("a new one");
    await dialog.getByRole("button", { name: "Test and save" }).press("Enter");
    await expect(page.getByText("The connection works and is saved.")).toBeVisible();
    await expect(bea).toContainText("Active");
  });
});
