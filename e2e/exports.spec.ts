import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { createContact } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { sheetRows, workbookParts } from "#server/exports/testing-workbook";
import { expect, test } from "./fixtures.ts";
import { accessibilityFindings } from "./scan.ts";

/** Presses the button and gives the bytes that the browser saved. */
async function downloaded(page: Page, press: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

test("contacts are exported as CSV by keyboard and as a filtered workbook, and the files hold them", async ({
  signedInPage: page,
  workspace,
}) => {
  await withTenant(workspace.scope, async (tx) => {
    await createContact(tx, { email: "ada@example.com", firstName: "=Ada", status: "active" });
    await createContact(tx, { email: "bob@example.com", firstName: "Bob, Jr.", status: "unsubscribed" });
  });
  await page.goto(`/${workspace.slug}/exports`);
  await expect(page.getByText("No exports yet")).toBeVisible();
  await page.getByRole("button", { name: "Export contacts" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Export contacts" });
  await expect(dialog.getByRole("status")).toHaveText("2 contacts");
  await expect(dialog.getByRole("radio", { name: /^CSV/ })).toBeChecked();
  expect(await accessibilityFindings(page)).toEqual([]);
  const send = dialog.getByRole("button", { name: "Export", exact: true });
  await send.focus();
  const csv = await downloaded(page, () => page.keyboard.press("Enter"));
  expect(csv.name).toMatch(/^all-contacts-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.csv$/);
  const [header, first, second] = csv.bytes.toString("utf8").split("\r\n");
  expect(header).toMatch(/^\ufeffemail,first_name,/);
  expect(first).toMatch(/^ada@example\.com,'=Ada,/);
  expect(second).toMatch(/^bob@example\.com,"Bob, Jr\.",/);

  const row = page.getByRole("row", { name: /All contacts CSV/ });
  await expect(row).toContainText("Completed");
  const again = await downloaded(page, () => row.getByRole("button", { name: /^Download/ }).click());
  expect(again.bytes.equals(csv.bytes)).toBe(true);

  await page.getByRole("button", { name: "Export contacts" }).click();
  await dialog.getByRole("radio", { name: /^Excel/ }).check();
  await dialog.getByRole("button", { name: "Email only" }).click();
  await dialog.getByLabel("Unsubscribed or complained").check();
  await expect(dialog.getByRole("status")).toHaveText("1 contact");
  const xlsx = await downloaded(page, () => send.click());
  const parts = await workbookParts(xlsx.bytes);
  expect(sheetRows(parts.get("xl/worksheets/sheet1.xml") ?? "")).toEqual([["email"], ["ada@example.com"]]);
});
