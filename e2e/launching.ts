import { expect, type Page } from "@playwright/test";

/** Launches the campaign whose review is open. What is worth a look has been looked at. */
export async function launchCampaign(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Launch campaign" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toBeVisible();
  const seen = dialog.getByLabel(/^I have looked at/);
  if (await seen.isVisible()) await seen.check();
  await dialog.getByRole("button", { name: "Launch" }).click();
}
