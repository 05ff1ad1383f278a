import { expect, test } from "./fixtures.ts";
import { checkFile, chooseFile, csvFile, fixture, importResult, startButton } from "./importing.ts";

test("a workbook and a Latin-1 file come in with every accent and leading zero, and the sheet can be changed", async ({
  signedInPage: page,
  workspace,
}) => {
  test.setTimeout(120_000);
  const home = `/${workspace.slug}`;
  await chooseFile(page, home, fixture("customers.xlsx"));
  await page.getByRole("button", { name: "Look and change" }).or(page.getByLabel("Sheet")).first().click();
  const grid = page.getByRole("region", { name: "First rows of the file" });
  await expect(grid.getByRole("cell", { name: "00042" })).toBeVisible();
  await page.getByLabel("Sheet", { exact: true }).selectOption("Archiv");
  await expect(grid.getByRole("cell", { name: "old@example.test" })).toBeVisible();
  await page.getByLabel("Sheet", { exact: true }).selectOption("Kunden");
  await expect(grid.getByRole("cell", { name: "Genève" })).toBeVisible();
  await expect(page.getByLabel("Field for Vorname")).toHaveValue("first_name");
  await checkFile(page);
  await startButton(page).click();
  expect((await importResult(page)).created).toBe(3);

  await chooseFile(page, home, fixture("latin-1.csv"));
  await expect(page.getByRole("row", { name: /Málaga/ })).toBeVisible();
  await checkFile(page);
  await startButton(page).click();
  expect((await importResult(page)).created).toBe(3);
  await page.goto(`${home}/contacts?q=jurgen`);
  await expect(page.getByRole("row", { name: /Jürgen Groß/ })).toBeVisible();
});

test("bad rows are corrected in place by keyboard, and are imported with the others", async ({
  signedInPage: page,
  workspace,
}) => {
  const rows = ["ada@example.test,Ada", "grace(at)example.test,Grace", "linus@@example.test,Linus"];
  await chooseFile(
    page,
    `/${workspace.slug}`,
    csvFile("two-bad.csv", `email,first_name\n${rows.join("\n")}\n`),
  );
  await checkFile(page);
  const [second, third] = [page.getByLabel("email, line 3"), page.getByLabel("email, line 4")];
  await second.fill("grace@example.test");
  await second.press("Enter");
  await expect(third).toBeFocused();
  await page.keyboard.type("linus@example.test");
  await page.getByRole("button", { name: "Correct 2 rows and check again" }).click();
  await expect(page.getByRole("button", { name: "Import 3 contacts" })).toBeVisible({ timeout: 30_000 });
  await startButton(page).click();
  expect(await importResult(page)).toMatchObject({ rows: 3, created: 3, rejected: 0 });
});

test("rows that are pasted are a file like any other", async ({ signedInPage: page, workspace }) => {
  await page.goto(`/${workspace.slug}/imports/new`);
  await page.getByRole("tab", { name: "Paste" }).click();
  const rows = page.getByLabel("Rows, the names of the columns first");
  await rows.fill("email\tcompany\nada@example.test\tAnalytical Engines\n");
  await rows.press("Control+Enter");
  await expect(page.getByLabel("Field for company")).toHaveValue("company");
  await checkFile(page);
  await expect(page.getByRole("button", { name: "Import 1 contact", exact: true })).toBeVisible();
});
