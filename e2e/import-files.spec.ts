import { expect, test } from "./fixtures.ts";
import { checkFile, chooseFile, csvFile, fixture, importResult, startButton } from "./importing.ts";
import { accessibilityFindings } from "./scan.ts";

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
  await expect(page.getByRole("row", { name: /Málaga/ }).first()).toBeVisible();
  await checkFile(page);
  await startButton(page).click();
  expect((await importResult(page)).created).toBe(3);
  await page.goto(`${home}/contacts?q=jurgen`);
  await expect(page.getByRole("row", { name: /Jürgen Groß/ })).toBeVisible();
});

test("a file that is chosen while the page is still loading is taken", async ({
  signedInPage: page,
  workspace,
}) => {
  const scripts = Promise.withResolvers<void>();
  await page.route("**/_next/static/**/*.js", async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto(`/${workspace.slug}/imports/new`, { waitUntil: "commit" });
  const file = page.getByLabel("File of contacts");
  await file.setInputFiles(csvFile("early.csv", "email\nada@example.test\n"));
  scripts.resolve();
  await expect(page.getByRole("heading", { name: "Where each column goes" })).toBeVisible();
});

test("bad rows are corrected in place by keyboard, before the import and after it, and every step reads well", async ({
  signedInPage: page,
  workspace,
}) => {
  test.setTimeout(120_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  const bad = ["grace(at)example.test,Grace", "linus@@example.test,Linus", "ken,Ken"];
  const text = `email,first_name\nada@example.test,Ada\n${bad.join("\n")}\n`;
  await chooseFile(page, `/${workspace.slug}`, csvFile("three-bad.csv", text));
  await page.getByRole("button", { name: "Look and change" }).click();
  expect(await accessibilityFindings(page), "columns").toEqual([]);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("radio", { name: /^Merge/ }).check();
  await page.getByText("A rule for each field").click();
  expect(await accessibilityFindings(page), "options").toEqual([]);
  await page.getByRole("button", { name: "Check file" }).click();

  const [second, third] = [page.getByLabel("email, line 3"), page.getByLabel("email, line 4")];
  await second.fill("grace@example.test", { timeout: 30_000 });
  expect(await accessibilityFindings(page), "check").toEqual([]);
  await second.press("Enter");
  await expect(third).toBeFocused();
  await page.keyboard.type("linus@example.test");
  await page.getByRole("button", { name: "Correct 2 rows and check again" }).click();
  await page.getByRole("button", { name: "Import valid rows: 3 contacts" }).click({ timeout: 30_000 });
  expect(await importResult(page)).toMatchObject({ rows: 4, created: 3, rejected: 1 });

  await page.getByLabel("email, line 5").fill("ken@example.test");
  expect(await accessibilityFindings(page), "result").toEqual([]);
  await page.getByRole("button", { name: "Import 1 corrected row" }).click();
  await expect(page.getByRole("status").filter({ hasText: "4 rows: 4 created" })).toBeVisible();
  await page.getByRole("button", { name: "Undo import" }).click();
  await expect(page.getByRole("dialog").getByRole("listitem").first()).toContainText("4");
  expect(await accessibilityFindings(page), "undo").toEqual([]);
});

test("a field that the import makes gets another type where its values do not fit, and keeps it on the way back", async ({
  signedInPage: page,
  workspace,
}) => {
  const text = "email,size\nada@example.test,10\nbob@example.test,large\ncy(at)example.test,12\n";
  await chooseFile(page, `/${workspace.slug}`, csvFile("sizes.csv", text));
  await page.getByLabel("Type of size").selectOption("number");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Check file" }).click();
  await page.getByText("Address that cannot get mail").click({ timeout: 30_000 });
  await page.getByLabel("email, line 4").fill("cy@example.test");
  await expect(page.getByLabel("Another type for size")).toHaveValue("text");
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Change and check again" }).click();
  const whole = page.getByRole("button", { name: "Import 3 contacts", exact: true });
  await expect(whole).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("button", { name: "Back" }).click();
  await expect(page.getByLabel("Type of size")).toHaveValue("text");
  await checkFile(page);
  await startButton(page).click();
  expect(await importResult(page)).toMatchObject({ created: 3, rejected: 0 });
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
