import type { Page } from "@playwright/test";
import { createCampaign, createContacts, createList, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";

/** A finished campaign of one email to two people. */
const finished = ({ scope, emailAccountId }: Tenant) =>
  withTenant(scope, async (tx) => {
    const contactIds = await createContacts(tx, [
      { email: "ada@people.test", firstName: "Ada" },
      { email: "bea@people.test", firstName: "Bea" },
    ]);
    const listId = await createList(tx, { contactIds });
    return createCampaign(tx, {
      name: "Spring news",
      emailAccountId,
      audience: { everyone: false, include: [listId], exclude: [] },
      steps: [{ stepType: "email", subjectLine: "Hello", emailContent: "<p>Hello</p>" }],
    });
  });

/** The dialog's time, as the browser's own field holds it. */
const timeOf = (page: Page) => page.getByRole("dialog").getByLabel("Launch at");

test("a launch is scheduled by keyboard, locks the campaign until then, moves, and is taken back", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId } = await finished(workspace);
  const home = `/${workspace.slug}/campaigns/${campaignId}`;
  await page.goto(`${home}/edit/review`);
  await page.getByRole("button", { name: "Schedule", exact: true }).press("Enter");
  await expect(timeOf(page)).toHaveValue(/T09:00$/);
  const suggested = await timeOf(page).inputValue();
  await timeOf(page).fill("2020-01-06T09:00");
  await page.getByRole("dialog").getByRole("button", { name: "Schedule" }).press("Enter");
  await expect(page.getByRole("dialog")).toContainText("This time has passed: it is");
  await timeOf(page).fill(suggested);
  await page.keyboard.press("Enter");
  const note = page.getByText(/^Launches .*, 09:00/);
  await expect(note).toBeVisible();

  await page.getByRole("link", { name: "Audience" }).press("Enter");
  await expect(page).toHaveURL(/audience$/);
  await expect(note).toBeVisible();
  await expect(page.getByRole("button", { name: /Save/ })).toHaveCount(0);
  await page.goto(`/${workspace.slug}/campaigns`);
  await expect(page.getByRole("row", { name: /Spring news/ })).toContainText("Scheduled");
  await page.getByRole("link", { name: "Spring news" }).press("Enter");
  await expect(note).toBeVisible();

  await page.goto(`${home}/edit/review`);
  await page.getByRole("button", { name: "Change the time" }).press("Enter");
  await timeOf(page).fill(suggested.replace("09:00", "14:30"));
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Launches .*, 14:30/)).toBeVisible();
  await page.getByRole("button", { name: "Unschedule" }).press("Enter");
  await expect(page.getByText("It is a draft again.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Launch campaign" })).toBeEnabled();
});
