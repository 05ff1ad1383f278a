import type { Page } from "@playwright/test";
import { fileServer } from "./file-server.ts";
import { expect, moveClock, test } from "./fixtures.ts";
import { csvFile, importedFile } from "./importing.ts";
import { accessibilityFindings } from "./scan.ts";

test("a scheduled import is made from one that was done, runs, shows its failure, and rests when it is told to", async ({
  signedInPage: page,
  workspace,
}) => {
  test.setTimeout(150_000);
  const shop = await fileServer("email,plan\nada@example.test,pro\ngrace@example.test,free\n");
  await importedFile(page, workspace.slug, csvFile("shop.csv", "email,plan\nold@example.test,pro\n"));

  await page.getByRole("link", { name: "Repeat" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Customers from the shop");
  await page.getByLabel("Address of the file").fill(shop.url);
  await page.getByText("The server asks for a secret header").click();
  await page.getByLabel("Value").fill("Bearer of good news");
  await expect(page.getByLabel("Columns and options")).toHaveValue(/.+/);
  await page.getByRole("button", { name: "Create schedule" }).click();
  await expect(page.getByText("Nothing was imported yet.")).toBeVisible();

  await runNow(page);
  const imports = page.getByRole("table", { name: "Imports of this schedule" });
  await expect(async () => {
    await page.reload();
    await expect(imports.getByRole("row", { name: /Completed/ })).toContainText("2", { timeout: 1000 });
  }).toPass({ timeout: 60_000 });
  expect(shop.headers.authorization).toBe("Bearer of good news");
  await expect(page.getByText("token=secret")).toHaveCount(0);
  expect(await accessibilityFindings(page), "schedule").toEqual([]);

  shop.status = 404;
  await runNow(page);
  await expect(async () => {
    await page.reload();
    await expect(page.getByText("Failed last time")).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByText("there is no such file. Check the address.")).toBeVisible();

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Run now" })).toHaveCount(0);
  await page.goto(`/${workspace.slug}/imports/schedules`);
  await expect(page.getByRole("row", { name: /Customers from the shop/ })).toContainText("Paused");
  expect(await accessibilityFindings(page), "schedules").toEqual([]);
  shop.close();
});

/** Schedules are looked at every minute of the product's clock. */
async function runNow(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(page.getByText("It is fetched within a minute")).toBeVisible();
  await moveClock("1 minute");
}
