import type { Locator, Page } from "@playwright/test";
import { sql } from "drizzle-orm";
import { createCampaign, createContacts, createList, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";

const wait = { stepType: "wait" as const, waitDuration: { value: 9, unit: "days" } };
const email = {
  stepType: "email" as const,
  subjectLine: "Hello",
  emailContent: '<p><a href="#">Read on</a></p>',
};

/** A draft to four people, who wait for nine days first. Its email has a link that leads nowhere. */
const draft = ({ scope, emailAccountId }: Tenant) =>
  withTenant(scope, async (tx) => {
    const contactIds = await createContacts(
      tx,
      ["ada", "bea", "cleo", "dora"].map((name) => ({ email: `${name}@people.test` })),
    );
    const include = [await createList(tx, { contactIds })];
    const audience = { everyone: false, include, exclude: [] };
    return createCampaign(tx, { name: "Spring", emailAccountId, audience, steps: [wait, email] });
  });

/** As if the mailbox had refused the email to them: a sandbox refuses nobody. */
const fail = ({ scope }: Tenant, name: string) =>
  withTenant(scope, async (tx) => {
    await tx.execute(sql`
      insert into enrollment_step_log (campaign_id, enrollment_id, contact_id, step_id, run_number, visit, entered_at, left_at, outcome)
      select e.campaign_id, e.id, e.contact_id, e.current_step_id, e.run_number, e.visit, e.enrolled_at, app_now(), 'exited'
      from campaign_contacts e join contacts c on c.id = e.contact_id where c.email = ${`${name}@people.test`}`);
    await tx.execute(sql`
      update campaign_contacts e set status = 'failed', exit_reason = 'send_failed', exited_at = app_now(),
        current_step_id = null, next_email_scheduled_at = null, due_local = null, wait_reason = null
      from contacts c where c.id = e.contact_id and c.email = ${`${name}@people.test`}`);
  });

/** Chooses by mouse, or by keyboard alone. */
async function choose(page: Page, menu: Locator, item: string, keys = false) {
  await (keys ? menu.press("Enter") : menu.click());
  const entry = page.getByRole("menuitem", { name: item, exact: true });
  await (keys ? entry.press("Enter") : entry.click());
}

const row = (page: Page, name: string) =>
  page
    .getByRole("region", { name: "People" })
    .getByRole("row", { name: new RegExp(`${name}@people\\.test`) });
const menuOf = (page: Page, name: string) =>
  page.getByRole("button", { name: `Actions for ${name}@people.test`, exact: true });
const badge = (page: Page, status: string) =>
  page.getByRole("banner").or(page.getByRole("main")).getByText(status, { exact: true }).first();

test("a campaign is looked at, launched, paused, resumed and ended, and each of its people moved, by mouse and by keyboard", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId } = await draft(workspace);
  await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit/review`);
  await page.getByRole("button", { name: "Launch campaign" }).press("Enter");
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("list", { name: "Worth a look" })).toContainText("leads nowhere");
  await expect(dialog.getByRole("button", { name: "Launch" })).toBeDisabled();
  await dialog.getByLabel("I have looked at this").press("Space");
  await dialog.getByRole("button", { name: "Launch" }).press("Enter");

  await page.getByRole("button", { name: "Pause", exact: true }).press("Enter");
  await page.getByRole("dialog").getByLabel("Why").fill("The price is wrong.");
  await page.getByRole("dialog").getByLabel("Why").press("Enter");
  await expect(page.getByText("Paused. Nothing more leaves until you resume.")).toBeVisible();
  await expect(page.getByText(/Paused by .+: “The price is wrong\.”/)).toBeVisible();
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(page.getByText("Resumed.")).toBeVisible();
  await expect(page.getByRole("list", { name: "History" })).toContainText(/Resumed[^]*The price is wrong\./);

  await expect(row(page, "dora")).toBeVisible({ timeout: 30_000 });
  await choose(page, menuOf(page, "ada"), "Pause", true);
  await expect(row(page, "ada")).toContainText(/paused/i);
  await choose(page, menuOf(page, "ada"), "Resume");
  await expect(page.getByText("ada@people.test goes on.")).toBeVisible();
  await choose(page, menuOf(page, "bea"), "Take out", true);
  await dialog.getByRole("button", { name: "Take out" }).press("Enter");
  await expect(row(page, "bea")).toContainText(/exited/i);
  const history = page.getByRole("list", { name: "History" });
  await expect(history).toContainText(/1 person taken out[^]*1 person resumed[^]*1 person paused/);
  await choose(page, page.getByRole("button", { name: "Actions for Spring" }), "Set an end date");
  await page.getByRole("dialog").getByLabel("Ends at").fill("2090-05-04T09:30");
  await page.getByRole("dialog").getByLabel("Ends at").press("Enter");
  await expect(history).toContainText(/End date set\s*4 May 2090, 09:30/);
  await choose(page, menuOf(page, "ada"), "Skip this step");
  await expect(row(page, "ada")).not.toContainText("Step 1");
  await fail(workspace, "cleo");
  await fail(workspace, "dora");

  await choose(page, page.getByRole("button", { name: "Actions for Spring" }), "End now", true);
  await dialog.getByRole("button", { name: "End campaign" }).press("Enter");
  await expect(page.getByText("“Spring” has ended.")).toBeVisible();
  // The page has heard of it: it says of whoever is tried again that the campaign runs for them.
  await expect(page.getByRole("list", { name: "Left" })).toContainText("The campaign ended.");
  await expect(row(page, "cleo")).toContainText(/failed/i);
  await choose(page, menuOf(page, "cleo"), "Try again", true);
  await expect(
    page.getByText("cleo@people.test is back at the step that failed. The campaign runs again for them."),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  await page.getByRole("region", { name: "People" }).getByLabel("Status").selectOption("failed");
  await page.getByRole("button", { name: "Try all failed again" }).click();
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("1 person is back at the step that failed.")).toBeVisible();
  await expect(page.getByText("Nobody matches.")).toBeVisible();
});

test("a campaign is kept as a template, cloned, put away, brought back and deleted; people are added to one by hand", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId } = await draft(workspace);
  await withTenant(workspace.scope, async (tx) => {
    await tx.execute(sql`update campaigns set campaign_type = 'triggered' where id = ${campaignId}::uuid`);
    await tx.execute(
      sql`insert into campaign_triggers (campaign_id, trigger_type) values (${campaignId}::uuid, 'manual')`,
    );
  });
  await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit/review`);
  await launchCampaign(page);
  await page.getByRole("button", { name: "Add people" }).press("Enter");
  await page.getByRole("dialog").getByLabel("Find contacts").fill("bea");
  await page.getByRole("dialog").getByLabel("bea@people.test").press("Space");
  await page.getByRole("dialog").getByRole("button", { name: "Add 1 to the campaign" }).press("Enter");
  await expect(page.getByText("1 contact enrolled.")).toBeVisible();
  await expect(row(page, "bea")).toBeVisible();

  const menu = page.getByRole("button", { name: "Actions for Spring", exact: true });
  await choose(page, menu, "Save as template", true);
  await page.getByLabel("Name of the template").fill("Spring, kept");
  await page.getByRole("button", { name: "Save template" }).press("Enter");
  await expect(page.getByText("Saved: choose it when you make a new campaign.")).toBeVisible();

  await choose(page, menu, "Clone", true);
  await expect(page.getByRole("heading", { name: "Spring (Copy)" })).toBeVisible();
  const copy = page.getByRole("button", { name: "Actions for Spring (Copy)" });
  await choose(page, copy, "Archive");
  await expect(badge(page, "Archived")).toBeVisible();
  await choose(page, copy, "Restore", true);
  await expect(page.getByText("“Spring (Copy)” is back.")).toBeVisible();
  await choose(page, copy, "Delete", true);
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete campaign" }).press("Enter");
  await expect(page).toHaveURL(/\/campaigns$/);
  await expect(page.getByRole("row", { name: /Spring/ })).toHaveCount(1);
  await page.getByLabel("Status", { exact: true }).selectOption("Deleted");
  await page.getByRole("button", { name: "Filter" }).press("Enter");
  await expect(page.getByRole("row", { name: /Spring \(Copy\)/ })).toContainText("kept until");
  await page.getByRole("button", { name: "Bring back Spring (Copy)" }).press("Enter");
  await expect(page.getByText("“Spring (Copy)” is back.")).toBeVisible();
  await expect(page.getByText(/is kept for 30 days/)).toBeVisible();
});
