import type { Page } from "@playwright/test";
import { v7 } from "uuid";
import { expect, test } from "./fixtures.ts";
import { mailsTo, readMail, setRobot } from "./sandbox.ts";

const password = "four unrelated words here";
const newEmail = (name: string) => `${name}.${v7().slice(-8)}@example.test`;

// A robot that follows the links of every mail would use these up.
test.beforeAll(() => setRobot({ robotOn: false }));

test("five wrong passwords lock an account, and a link from the inbox opens it with a new one", async ({
  page,
}) => {
  const email = newEmail("lena");
  await page.goto("/register");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByLabel("Your name")).toBeFocused();
  await expect(page.getByLabel("Your name")).toHaveAccessibleDescription("Enter your name.");
  await page.getByLabel("Your name").fill("Lena Locked");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
  const home = page.url();
  // A page that is still open would go to the sign-in by itself as soon as it asks for something.
  await page.goto("about:blank");
  await page.context().clearCookies();

  await page.goto("/login");
  for (let tries = 0; tries < 5; tries += 1) {
    await signInWith(page, email, `wrong password ${tries}`);
    await expect(page.getByText("The email address or the password is wrong.")).toBeVisible();
  }
  await signInWith(page, email, password);
  await expect(page.getByText("Too many tries. Wait 15 minutes, or reset your password.")).toBeVisible();

  await page.goto("/forgot-password");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByText("Look into your inbox")).toBeVisible();
  await page.goto(await linkTo(email, "/reset-password"));
  await page.getByLabel("New password", { exact: true }).fill(`${password} and more`);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed. Sign in with the new one.")).toBeVisible();
  await signInWith(page, email, `${password} and more`);
  await expect(page).toHaveURL(home);
});

test("an invited person joins by the link in the mail, with the role they were given", async ({
  browser,
  signedInPage: page,
  workspace,
}) => {
  const email = newEmail("ivo");
  await page.goto(`/${workspace.slug}/settings/members`);
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Email").fill(email);
  await dialog.getByRole("radio", { name: /^Viewer/ }).check();
  await dialog.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByText("Invitation sent")).toBeVisible();

  const invited = await browser.newPage();
  const link = await linkTo(email, "/invite/");
  await invited.goto(link);
  await expect(invited.getByLabel("Email")).toHaveValue(email);
  await invited.getByLabel("Your name").fill("Ivo Newcomer");
  await invited.getByLabel("Password", { exact: true }).fill(password);
  await invited.getByRole("button", { name: "Create account and join" }).click();
  await expect(invited).toHaveURL(new RegExp(`/${workspace.slug}$`));
  await invited.goto(`/${workspace.slug}/settings/members`);
  await expect(invited.getByText("2 people have access to this workspace.")).toBeVisible();
  await expect(invited.getByRole("button", { name: "Invite", exact: true })).toHaveCount(0);
  await invited.goto(link);
  await expect(invited.getByText("This invitation no longer works")).toBeVisible();
  await invited.close();
});

test("a second workspace is made, is empty, and is switched from and to", async ({
  signedInPage: page,
  workspace,
}) => {
  await page.goto(`/${workspace.slug}`);
  const switcher = page.getByRole("button", { name: /switch workspace/ });
  await switcher.click();
  await page.getByRole("button", { name: "New workspace" }).click();
  const name = `Second ${v7().slice(-8)}`;
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create workspace" }).click();
  await expect(page).toHaveURL(/\/second-/);
  await expect(switcher).toContainText(name);
  const second = page.url();
  await switcher.click();
  await page.getByRole("option").filter({ hasNotText: name }).click();
  await expect(page).toHaveURL(new RegExp(`/${workspace.slug}$`));
  await page.goBack();
  await expect(page).toHaveURL(second);
});

async function signInWith(page: Page, email: string, secret: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  const answer = page.waitForResponse(/\/api\/auth\/callback\/credentials/);
  await page.getByRole("button", { name: "Sign in" }).click();
  await answer;
}

/** The link of the one mail that somebody got, once it is there. */
async function linkTo(email: string, path: string): Promise<string> {
  await expect.poll(async () => (await mailsTo(email)).length).toBe(1);
  const [mail] = await mailsTo(email);
  const { links } = await readMail(mail?.id ?? "");
  return links.find((link) => link.includes(path)) ?? "";
}
