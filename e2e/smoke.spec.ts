import { expect, test } from "./fixtures.ts";

test("a visitor is asked to sign in", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/login/);
  await expect(page.getByRole("button", { name: /sign in/i })).toBeVisible();
  await expect(page.getByLabel("Email")).toBeVisible();
});

test("a member lands in the workspace", async ({ signedInPage: page, workspace }) => {
  await page.goto(`/${workspace.slug}`);
  await expect(page).toHaveURL(new RegExp(workspace.slug));
  await expect(page.getByRole("navigation").first()).toBeVisible();
});
