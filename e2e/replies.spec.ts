import { sql } from "drizzle-orm";
import { createCampaign, createContacts, createList, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { sweepReaders } from "#server/drivers/sweep";
import { expect, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";

/** Two emails, two days apart, to somebody who replies, is away, cannot be reached, and says nothing. */
const ready = ({ scope, emailAccountId }: Tenant) =>
  withTenant(scope, async (tx) => {
    const contactIds = await createContacts(tx, [
      { email: "reply@people.test", firstName: "Rhea" },
      { email: "ooto@people.test", firstName: "Otto" },
      { email: "bounce@people.test", firstName: "Bo" },
      { email: "quiet@people.test", firstName: "Quinn" },
    ]);
    const listId = await createList(tx, { contactIds });
    const made = await createCampaign(tx, {
      name: "Spring offer",
      emailAccountId,
      audience: { everyone: false, include: [listId], exclude: [] },
      steps: [
        { stepType: "email", subjectLine: "Hello", emailContent: "<p>Hello</p>" },
        { stepType: "wait", waitDuration: { value: 2, unit: "days" } },
        { stepType: "email", subjectLine: "Again", emailContent: "<p>Again</p>" },
      ],
    });
    await tx.execute(
      sql`update campaign_settings set no_limits = true where campaign_id = ${made.campaignId}::uuid`,
    );
    return { ...made, bounced: contactIds[2] ?? "" };
  });

test("who replies or cannot be reached stops, who is away or silent goes on, and the campaign says why", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId, bounced } = await ready(workspace);
  const home = `/${workspace.slug}/campaigns/${campaignId}`;
  await page.goto(`${home}/edit/settings`);
  await expect(page.getByRole("switch", { name: "Stop when somebody replies" })).toBeChecked();
  await page.goto(`${home}/edit/review`);
  await launchCampaign(page);
  await expect(page).toHaveURL(home);

  await test.step("what came back is read and counted", async () => {
    const numbers = page.locator("dl").first();
    const stat = (name: string) => numbers.locator("div", { has: page.getByText(name, { exact: true }) });
    await expect(async () => {
      // As the minute's sweep does: the test does not wait for the minute.
      await sweepReaders();
      await expect(stat("Replied").locator("dd").first()).toHaveText("1", { timeout: 3_000 });
      await expect(stat("Bounced").locator("dd").first()).toHaveText("1", { timeout: 3_000 });
    }).toPass({ timeout: 40_000 });
  });

  await test.step("the right people have stopped", async () => {
    const row = (email: string) =>
      page.getByRole("table", { name: "People" }).getByRole("row", { name: email });
    await expect(row("reply@people.test")).toContainText("Replied.");
    await expect(row("bounce@people.test")).toContainText("The address does not exist.");
    await expect(row("ooto@people.test")).toContainText("Waiting for the time of this step.");
    await expect(row("quiet@people.test")).toContainText("Waiting for the time of this step.");
  });

  await test.step("each answer can be read", async () => {
    const kinds = page.getByRole("group", { name: "Kind" });
    await page
      .getByRole("list", { name: "Replies" })
      .getByRole("button", { name: "reply@people.test" })
      .click();
    await expect(page.getByRole("dialog")).toContainText("Re: Hello");
    await expect(page.getByRole("dialog")).toContainText("Thanks, that sounds interesting");
    await page.keyboard.press("Escape");
    await kinds.getByRole("button", { name: /Bounces/ }).click();
    await expect(page.getByRole("list", { name: "Bounces" })).toContainText("550 5.1.1 User unknown");
    await kinds.getByRole("button", { name: /Automatic/ }).click();
    await expect(page.getByRole("list", { name: "Automatic" })).toContainText("out of the office");
  });

  await test.step("the contact and the mailbox tell it too", async () => {
    await page.goto(`/${workspace.slug}/contacts/${bounced}`);
    await expect(page.getByText(/^Mail came back from/)).toContainText("550 5.1.1 User unknown");
    await page.goto(`/${workspace.slug}/settings/mailboxes`);
    await expect(page.getByText(/^Replies and bounces read/)).toBeVisible();
    await expect(page.getByText(/1 came back/)).toBeVisible();
  });
});
