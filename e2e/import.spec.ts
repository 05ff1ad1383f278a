import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { csvFile, importResult, importSample, sampleFile } from "./importing.ts";

test("the wizard works by keyboard alone, and the focus follows its steps", async ({
  signedInPage: page,
  workspace,
}) => {
  test.setTimeout(120_000);
  await page.goto(`/${workspace.slug}/imports/new`);
  const input = page.getByLabel("CSV file");
  await tabTo(page, input);
  await input.setInputFiles(await sampleFile(page));

  await expectFocusOn(page, "Where each column goes");
  await tabTo(page, page.getByLabel("Field for Plan"));
  await page.keyboard.type("Leave");
  await expect(page.getByLabel("Field for Plan")).toHaveValue("ignore");
  await tabTo(page, page.getByRole("radio", { name: /^Update/ }));
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: /^Fill blanks/ })).toBeChecked();
  await tabTo(page, page.getByLabel("Add to a list"));
  await page.keyboard.type("A new");
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Name of the new list")).toBeFocused();
  await page.keyboard.type("By keyboard");
  await tabTo(page, page.getByRole("button", { name: "Check file" }));
  await page.keyboard.press("Enter");

  await expectFocusOn(page, "This is what will happen");
  await tabTo(page, page.getByRole("button", { name: /^Import [\d,]+ contacts$/ }));
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

for (const { what, file, sentence } of refusals) {
  test(`${what} is refused with a sentence, and another one can be chosen at once`, async ({
    signedInPage: page,
    workspace,
  }) => {
    await page.goto(`/${workspace.slug}/imports/new`);
    await page.getByLabel("CSV file").setInputFiles(file);
    await expect(page.getByRole("alert").filter({ hasText: sentence })).toBeVisible();
    await page.getByLabel("CSV file").setInputFiles(csvFile("good.csv", "email\nada@example.test\n"));
    await expect(page.getByRole("heading", { name: "Where each column goes" })).toBeVisible();
  });
}

test("a file of which every row is wrong says why, and cannot be imported", async ({
  signedInPage: page,
  workspace,
}) => {
  const rows = Array.from({ length: 200 }, (_, n) => `not an address ${n},Ada`);
  await page.goto(`/${workspace.slug}/imports/new`);
  await page.getByLabel("CSV file").setInputFiles(csvFile("wrong.csv", `email,name\n${rows.join("\n")}\n`));
  await page.getByRole("button", { name: "Check file" }).click();
  await expect(page.getByRole("heading", { name: "Nothing can be imported" })).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByText("200 rows", { exact: true })).toBeVisible();
  await expect(page.getByText("Line 2", { exact: true })).toBeVisible();
  await expect(page.getByText("The address has a space in it").first()).toBeVisible();
  await expect(page.getByRole("button", { name: /^Import/ })).toHaveCount(0);
});

test("an import that is undone leaves no contact behind", async ({ signedInPage: page, workspace }) => {
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
  await dialog.getByRole("button", { name: "Undo import" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Undone:" })).toHaveText(
    `Undone: ${created.toLocaleString("en")} contacts deleted, 0 kept.`,
    { timeout: 60_000 },
  );
  await page.goto(`${home}/contacts`);
  await expect(page.getByRole("table")).toHaveCount(0);
  await page.goto(`${home}/lists`);
  await expect(page.getByText("To be undone")).toHaveCount(0);
});

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
