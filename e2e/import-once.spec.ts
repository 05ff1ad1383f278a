import { createContact } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";
import { checkFile, chooseFile, csvFile, importResult, startButton } from "./importing.ts";

const file = csvFile("once.csv", "email,first_name\nada@example.test,Ada\ngrace@example.test,Grace\n");

test("a double click, a reload, a second tab and the back button are one import, and one under way is cancelled", async ({
  signedInPage: page,
  workspace,
  context,
}) => {
  test.setTimeout(120_000);
  const home = `/${workspace.slug}`;
  await chooseFile(page, home, file);

  // What was chosen survives the back button and a reload.
  await page.getByLabel("Field for first_name").selectOption("last_name");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("radio", { name: /^Update/ })).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Field for first_name")).toHaveValue("last_name");
  await page.reload();
  await expect(page.getByLabel("Field for first_name")).toHaveValue("last_name");
  await checkFile(page);

  const other = await context.newPage();
  await other.goto(page.url());
  await expect(startButton(other)).toBeVisible();
  await startButton(page).dblclick();
  await startButton(other).click();
  for (const tab of [page, other]) {
    await expect(tab).toHaveURL(/\/imports\/[0-9a-f-]{36}$/);
    expect(await importResult(tab)).toMatchObject({ rows: 2, created: 2, rejected: 0 });
  }
  expect(other.url()).toBe(page.url());

  // Back in the wizard, what is done cannot be started again.
  await page.goBack();
  await expect(page.getByText("started already")).toBeVisible();
  await expect(startButton(page)).toHaveCount(0);
  await page.goto(`${home}/imports`);
  await expect(page.getByRole("table", { name: "Imports" }).getByRole("row")).toHaveCount(2);
  await page.getByRole("button", { name: /^Notifications/ }).click();
  await expect(page.getByText("once.csv was imported")).toHaveCount(1);

  // Somebody adds one of the people at this moment: the import waits, and is cancelled meanwhile.
  await chooseFile(page, home, csvFile("late.csv", "email\nheld@example.test\nfree@example.test\n"));
  await checkFile(page);
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  const adding = withTenant(workspace.scope, async (tx) => {
    await createContact(tx, { email: "held@example.test" });
    await startButton(page).click();
    await expect(page).toHaveURL(/\/imports\/[0-9a-f-]{36}$/);
    await held;
  });
  await page.getByRole("button", { name: "Cancel import" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel import" }).click();
  await expect(page.getByText("Cancelled", { exact: true }).first()).toBeVisible();
  release();
  await adding;
  await page.goto(`${home}/contacts`);
  await expect(page.getByText("held@example.test")).toBeVisible();
  await expect(page.getByText("free@example.test")).toHaveCount(0);
});
