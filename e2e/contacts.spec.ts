import { createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";

test("filters combine, and a change to all that match reaches every page and reports who was left", async ({
  signedInPage: page,
  workspace,
}) => {
  await withTenant(workspace.scope, (tx) =>
    createContacts(tx, [
      ...Array.from({ length: 60 }, (_, n) => ({
        email: `guest${n}@fair.example`,
        company: "Fair",
        status: "archived" as const,
      })),
      { email: "gone@fair.example", company: "Fair", status: "unsubscribed" as const },
      { email: "other@example.com" },
    ]),
  );
  await page.goto(`/${workspace.slug}/contacts`);
  await page.getByLabel("Search contacts").fill("fair.example");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByText("61 contacts")).toBeVisible();
  await page.getByRole("link", { name: "Email" }).click();
  await expect(page.getByRole("columnheader", { name: "Email" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("link", { name: "guest9@fair.example" })).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByRole("link", { name: "gone@fair.example" })).toBeVisible();
  await page.getByLabel("Select all on this page").check();
  const bar = page.getByRole("region", { name: "Selection" });
  await expect(bar.getByText("50 selected")).toBeVisible();
  await bar.getByRole("button", { name: "Select all 61 that match" }).click();
  await expect(bar.getByText("61 selected")).toBeVisible();
  await page.getByLabel("Select guest0@fair.example").uncheck();
  await expect(bar.getByText("60 selected")).toBeVisible();
  await bar.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Take back from the archive" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();

  await expect(page.getByRole("heading", { level: 1, name: "Take back from the archive" })).toBeVisible();
  await expect(page.getByText("Done, but for some")).toBeVisible({ timeout: 30_000 });
  const left = page.getByRole("table", { name: "Contacts that were not changed" });
  await expect(left.getByRole("row")).toHaveCount(2);
  await expect(left.getByText("gone@fair.example")).toBeVisible();
  await expect(left.getByText("Unsubscribed: only they can take that back")).toBeVisible();
  await page.goto(`/${workspace.slug}/contacts?q=fair.example&status=active`);
  await expect(page.getByText("59 contacts")).toBeVisible();
  await page.goto(`/${workspace.slug}/contacts?q=fair.example&status=archived`);
  await expect(page.getByRole("link", { name: "guest0@fair.example" })).toBeVisible();
});

test("on a phone the list's actions are behind one button, and its filters unfold", async ({
  signedInPage: page,
  workspace,
}) => {
  await withTenant(workspace.scope, (tx) =>
    createContacts(tx, [
      { email: "ada@fair.example" },
      { email: "gone@fair.example", status: "unsubscribed" as const },
    ]),
  );
  await page.setViewportSize({ width: 375, height: 800 });
  await page.goto(`/${workspace.slug}/contacts`);
  await expect(page.getByRole("button", { name: "Export" })).toBeHidden();
  await expect(page.getByLabel("Status")).toBeHidden();
  await page.getByText("More filters").click();
  await page.getByLabel("Status").selectOption("unsubscribed");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByText("1 contact", { exact: true })).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Export these" }).click();
  await expect(page).toHaveURL(/\/exports$/);
  await expect(page.getByRole("row", { name: /Contacts by filter CSV/ })).toContainText("Completed");
});

test("an edit where somebody else was quicker shows both values, and two contacts are merged by choosing among theirs", async ({
  signedInPage: page,
  workspace,
}) => {
  const [id] = await withTenant(workspace.scope, (tx) =>
    createContacts(tx, [
      { email: "ada@example.com", company: "Engines" },
      { email: "countess@example.com", company: "Poets", city: "London", status: "unsubscribed" as const },
    ]),
  );
  await page.goto(`/${workspace.slug}/contacts/${id}`);
  const other = await page.context().newPage();
  await other.goto(page.url());
  for (const [tab, value] of [
    [page, "Analytical Engines"],
    [other, "Difference Engines"],
  ] as const) {
    await tab.getByRole("button", { name: "Edit Company" }).click();
    await tab.getByRole("textbox", { name: "Company" }).fill(value);
  }
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Analytical Engines")).toBeVisible();
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByText('Somebody else set this to "Analytical Engines"')).toBeVisible();
  await expect(other.getByRole("textbox", { name: "Company" })).toHaveValue("Difference Engines");
  await other.getByRole("button", { name: "Overwrite" }).click();
  await expect(other.getByText("Difference Engines")).toBeVisible();
  await expect(other.getByText("Changed: company").first()).toBeVisible();

  await page.goto(`/${workspace.slug}/contacts`);
  await page.getByLabel("Select all on this page").check();
  await page.getByRole("region", { name: "Selection" }).getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Merge these two" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Merge two contacts" })).toBeVisible();
  await expect(page.getByText("The merged contact gets no mail: it is unsubscribed")).toBeVisible();
  await page.getByRole("group", { name: "Company" }).getByLabel("Poets").check();
  await page.getByRole("button", { name: "Merge contacts" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "ada@example.com" })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/contacts/${id}$`));
  for (const text of ["Poets", "London", "Merged with countess@example.com"])
    await expect(page.getByText(text).first()).toBeVisible();
});

test("a suppressed domain says why nobody of it is mailed, and is opened again on evidence", async ({
  signedInPage: page,
  workspace,
}) => {
  const [id] = await withTenant(workspace.scope, (tx) =>
    createContacts(tx, [{ email: "eve@rivals.example" }]),
  );
  await page.goto(`/${workspace.slug}/suppressions`);
  await page.getByRole("button", { name: "Add addresses" }).click();
  await page.getByLabel("Addresses or domains").fill("@rivals.example\nnot an address");
  await page.getByLabel("Or a CSV file").setInputFiles({
    name: "stop.csv",
    mimeType: "text/csv",
    buffer: Buffer.from('name,email\r\n"Mallory, M.",mallory@example.com\r\n'),
  });
  await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByText("2 added")).toBeVisible();
  await expect(page.getByText("The address has a space in it. Remove it.")).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();

  await page.goto(`/${workspace.slug}/contacts/${id}`);
  await expect(page.getByText("No campaign mails this contact")).toBeVisible();
  await page.goto(`/${workspace.slug}/suppressions?q=VALS.EX`);
  await page.getByRole("button", { name: "Remove @rivals.example" }).click();
  await page.getByLabel("How do you know that they want mail again?").fill("They became a customer.");
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("No such address is suppressed")).toBeVisible();
  await page.goto(`/${workspace.slug}/contacts/${id}`);
  await expect(page.getByRole("heading", { level: 1, name: "eve@rivals.example" })).toBeVisible();
  await expect(page.getByText("No campaign mails this contact")).toBeHidden();
});
