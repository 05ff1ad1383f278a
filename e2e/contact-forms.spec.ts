import { sql } from "drizzle-orm";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";

test("a field is made, a contact is added and edited with it, and the list shows it and filters by it", async ({
  signedInPage: page,
  workspace,
}) => {
  await page.goto(`/${workspace.slug}/settings/fields`);
  await page.getByRole("button", { name: "Add field" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add a field" });
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Name").fill("Renewal");
  await dialog.getByLabel("Type").selectOption("Date");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(page.getByRole("row", { name: /Renewal/ })).toBeVisible();

  await page.goto(`/${workspace.slug}/contacts/new`);
  await page.getByLabel("Email").fill("ada example.com");
  await page.getByLabel("First name").fill("Ada");
  await page.getByLabel("Renewal").fill("2026-03-31");
  await page.getByRole("button", { name: "Add contact" }).click();
  await expect(page.getByText("The address has a space in it. Remove it.").first()).toBeVisible();
  await expect(page.getByLabel("Email")).toBeFocused();
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Email").press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Ada" })).toBeVisible();
  await expect(page.getByText("2026-03-31")).toBeVisible();

  await page.goto(`${page.url()}/edit`);
  await page.getByLabel("Company").fill("Analytical Engines");
  // A colleague saves first.
  await withTenant(workspace.scope, (tx) =>
    tx.execute(sql`update contacts set company = 'Difference Engines', version = version + 1`),
  );
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText('It holds "Difference Engines" now. Save again to put yours.')).toBeVisible();
  await expect(page.getByLabel("Company")).toHaveValue("Analytical Engines");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Ada" })).toBeVisible();
  await expect(page.getByText("Analytical Engines")).toBeVisible();

  await page.goto(`/${workspace.slug}/contacts`);
  const header = page.getByRole("columnheader", { name: "Renewal" });
  await expect(header).toBeHidden();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Renewal" }).check();
  await expect(header).toBeVisible();
  await page.getByRole("checkbox", { name: "Company" }).uncheck();
  await expect(page.getByRole("columnheader", { name: "Company" })).toBeHidden();
  await page.reload();
  await expect(header).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Company" })).toBeHidden();

  await page.getByText("More filters").click();
  await page.getByLabel("Custom field").selectOption("Renewal");
  const value = page.getByRole("textbox", { name: "Renewal" });
  await value.fill("31.3.2026");
  await page.getByLabel("Search contacts").fill("ada");
  await page.getByRole("button", { name: "Filter" }).click();
  const refused = page.getByRole("alert").filter({ hasText: "Not everything was filtered by" });
  await expect(refused).toContainText('Renewal: "31.3.2026" is not a day. Write it like 2026-01-31.');
  await expect(value).toHaveValue("31.3.2026");
  await expect(value).toHaveAccessibleDescription(/is not a day/);
  await expect(page.getByText("1 contact", { exact: true })).toBeVisible();
  await value.fill("2026-04-01..");
  await value.press("Enter");
  await expect(page.getByText("Nobody matches")).toBeVisible();
  await expect(refused).toBeHidden();
});
