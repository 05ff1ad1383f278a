import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { chooseFile, csvFile, importResult, importSample, sampleFile, startButton } from "./importing.ts";

test("the wizard works by keyboard alone, and the focus follows its steps", async ({
  signedInPage: page,
  workspace,
}) => {
  test.setTimeout(120_000);
  await page.goto(`/${workspace.slug}/imports/new`);
  const input = page.getByLabel("File of contacts");
  await tabTo(page, input);
  await input.setInputFiles(await sampleFile(page));

  await expectFocusOn(page, "Where each column goes");
  await tabTo(page, page.getByLabel("Field for Plan"));
  await page.keyboard.type("Leave");
  await expect(page.getByLabel("Field for Plan")).toHaveValue("ignore");
  await press(page, "Continue");

  await expectFocusOn(page, "People who are here already");
  await tabTo(page, page.getByRole("radio", { name: /^Update/ }));
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: /^Fill blanks/ })).toBeChecked();
  await tabTo(page, page.getByLabel("Add to a list"));
  await page.keyboard.type("A new");
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Name of the new list")).toBeFocused();
  await page.keyboard.type("By keyboard");
  await press(page, "Check file");

  await expectFocusOn(page, "This is what will happen");
  await tabTo(page, startButton(page));
  await page.keyboard.press("Enter");

  await expectFocusOn(page, "What became of the rows");
  const { rows, created, updated, unchanged, skipped, rejected } = await importResult(page);
  expect(rows).toBe(500);
  expect(rejected).toBeGreaterThan(0);
  expect(created).toBeGreaterThan(400);
  expect(created + updated + unchanged + skipped + rejected).toBe(rows);

  await page.goto(`/${workspace.slug}/lists`);
  await expect(page.getByRole("row", { name: /By keyboard/ })).toContainText(created.toLocaleString("en"));
});

const refusals = [
  { what: "an empty file", file: csvFile("nobody.csv", ""), sentence: /"nobody\.csv" is empty/ },
  {
    what: "a PDF that is called CSV",
    file: csvFile("table.csv", "%PDF-1.7\n1 0 obj\n"),
    sentence: /This is a PDF/,
  },
  {
    what: "a file without addresses",
    file: csvFile("names.csv", "name,city\nAda,London\n"),
    sentence: /no column with email addresses: its columns are "name", "city"/,
  },
];

test("what cannot be read is refused with a sentence, and another file can be chosen at once", async ({
  signedInPage: page,
  workspace,
}) => {
  for (const { file, sentence } of refusals) {
    await page.goto(`/${workspace.slug}/imports/new`);
    await page.getByLabel("File of contacts").setInputFiles(file);
    await expect(page.getByRole("alert").filter({ hasText: sentence })).toBeVisible();
    await page.getByLabel("File of contacts").setInputFiles(csvFile("good.csv", "email\nada@example.test\n"));
    await expect(page.getByRole("heading", { name: "Where each column goes" })).toBeVisible();
  }
});

test("a file of which every row is wrong says why, and cannot be imported", async ({
  signedInPage: page,
  workspace,
}) => {
  const rows = Array.from({ length: 200 }, (_, n) => `not an address ${n},Ada`);
  const file = csvFile("wrong.csv", `email,name\n${rows.join("\n")}\n`);
  await chooseFile(page, `/${workspace.slug}`, file);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Check file" }).click();
  await expect(page.getByRole("heading", { name: "Nothing can be imported" })).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByText("200 rows", { exact: true })).toBeVisible();
  await expect(page.getByText("The address has a space in it").first()).toBeVisible();
  await expect(page.getByRole("button", { name: /^Import/ })).toHaveCount(0);
});

test("undo says what it will do, asks for a word, and leaves no contact behind", async ({
  signedInPage: page,
  workspace,
}) => {
  test.setTimeout(120_000);
  const home = `/${workspace.slug}`;
  const { created } = await importSample(page, home, { list: "To be undone" });
  const job = page.url();
  await page.goto(`${home}/contacts`);
  await expect(page.getByRole("table").getByRole("row").nth(1)).toBeVisible();

  await page.goto(job);
  await page.getByRole("button", { name: "Undo import" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem").filter({ hasText: "will be deleted" })).toContainText(
    created.toLocaleString("en"),
  );
  const confirm = dialog.getByRole("button", { name: "Undo import" });
  await expect(confirm).toBeDisabled();
  await dialog.getByLabel(/Type undo to go on/).fill("undo");
  await confirm.click();
  await expect(page.getByRole("status").filter({ hasText: "Undone:" })).toHaveText(
    `Undone: ${created.toLocaleString("en")} contacts deleted, 0 kept.`,
    { timeout: 60_000 },
  );
  await page.goto(`${home}/contacts`);
  await expect(page.getByRole("table")).toHaveCount(0);
  await page.goto(`${home}/lists`);
  await expect(page.getByText("To be undone")).toHaveCount(0);
});

async function press(page: Page, button: string): Promise<void> {
  await tabTo(page, page.getByRole("button", { name: button }));
  await page.keyboard.press("Enter");
}

/** Presses Tab until the control has the focus; whoever cannot reach it so cannot use it. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control).toBeVisible({ timeout: 30_000 });
  for (let presses = 0; presses < 80; presses++) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(control).toBeFocused({ timeout: 1 });
}

async function expectFocusOn(page: Page, heading: string): Promise<void> {
  await expect(page.getByRole("heading", { name: heading }).locator(":focus")).toBeVisible({
    timeout: 60_000,
  });
}
