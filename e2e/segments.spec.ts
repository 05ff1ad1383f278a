import { sql } from "drizzle-orm";
import { createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";

test("a segment with a group and an exclusion is built by keyboard, counted as it grows, and kept while it is used", async ({
  workspace,
  signedInPage: page,
}) => {
  await withTenant(workspace.scope, (tx) =>
    createContacts(tx, [
      { email: "ada@people.test", firstName: "Ada", city: "Berlin", company: "Acme" },
      { email: "bea@people.test", firstName: "Bea", city: "Bern", company: "Acme" },
      { email: "cid@people.test", firstName: "Cid", city: "Oslo", company: "Acme" },
      { email: "dan@people.test", firstName: "Dan", city: "Berlin", company: "Globex" },
    ]),
  );
  const keys = page.keyboard;
  const type = async (...texts: string[]) => {
    for (const text of texts) {
      await keys.type(text);
      await keys.press("Tab");
    }
  };
  await page.goto(`/${workspace.slug}/segments/new`);
  const status = page.getByRole("status").filter({ hasText: "contact" });
  await expect(status).toContainText("4 contacts");

  await page.getByLabel("Name", { exact: true }).focus();
  await type("Acme by the rivers", "");
  // How many of the rules; then field, comparison and value of the first one.
  await type("all", "Company", "is", "acme");
  await expect(status).toContainText("3 contacts");

  await page.getByRole("button", { name: "Add group" }).press("Enter");
  const group = page.getByRole("group", { name: "Group of rules" });
  await expect(group.getByLabel("Field")).toBeFocused();
  await type("City", "starts", "Ber");
  await expect(status).toContainText("2 contacts");
  await group.getByLabel("How many of these rules must hold").focus();
  await keys.type("none");
  await expect(status).toContainText("1 contact");
  await expect(page.getByRole("link", { name: "Cid" })).toBeVisible();

  await page.getByRole("button", { name: "Create segment" }).press("Enter");
  await expect(page).toHaveURL(/segments\/[0-9a-f-]{36}$/);
  const made = page.url();
  await page.getByRole("link", { name: "Members" }).press("Enter");
  await expect(page.getByText(/^1 contact, as of/)).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("table", { name: "Members" })).toContainText("cid@people.test");

  await page.goto(`/${workspace.slug}/segments/new`);
  await page.getByLabel("Name", { exact: true }).fill("Everybody else");
  await page.getByLabel("Field").selectOption("segment");
  await page.getByLabel("Comparison").selectOption("not_in");
  await page.getByRole("combobox", { name: "segments" }).press("Enter");
  await keys.type("rivers");
  await keys.press("Enter");
  await expect(status).toContainText("3 contacts");
  await page.getByRole("button", { name: "Create segment" }).click();
  await expect(page).toHaveURL(/segments\/[0-9a-f-]{36}$/);

  await page.goto(made);
  await expect(page.getByText("Used by Everybody else.")).toBeVisible();
  await page.getByRole("button", { name: "More for Acme by the rivers" }).press("Enter");
  await page.getByRole("menuitem", { name: "Delete…" }).press("Enter");
  await page.getByRole("button", { name: "Delete segment" }).press("Enter");
  await expect(page.getByRole("alertdialog")).toContainText(
    '"Acme by the rivers" is used by the segment "Everybody else".',
  );

  // As a version of the product that knew another field may have left it.
  await withTenant(workspace.scope, (tx) =>
    tx.execute(sql`
      update segments set rules = jsonb_set(rules, '{rules,1}', '{"field": "shoe_size", "operator": "equals", "value": "44"}')
      where name = 'Acme by the rivers'`),
  );
  await page.goto(made);
  await expect(page.getByText('There is no field "shoe_size".')).toBeVisible();
  const save = page.getByRole("button", { name: "Save changes" });
  await save.click();
  await expect(page.getByText("Finish the rules marked in red, or remove them.")).toBeVisible();
  await page.getByRole("button", { name: "Remove the rule about Email" }).click();
  await save.click();
  await expect(page.getByText("Changes saved")).toBeVisible();
  await expect(page.getByText("cannot be read")).toBeHidden();
});

test("lead scoring is switched on with the rules it brings, and contacts have scores", async ({
  workspace,
  signedInPage: page,
}) => {
  await withTenant(workspace.scope, (tx) =>
    createContacts(tx, [{ email: "ada@people.test", firstName: "Ada", jobTitle: "Founder" }]),
  );
  await page.goto(`/${workspace.slug}/settings/scoring`);
  await page.getByRole("button", { name: "Turn on lead scoring" }).click();
  await expect(page.getByText(/^Scores as of/)).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("list", { name: "Contacts by score" })).toContainText("20–29: 1");
});

test("the last of many lists is reached by paging, by its name, and in the pickers", async ({
  workspace,
  signedInPage: page,
}) => {
  const here = `/${workspace.slug}`;
  await withTenant(workspace.scope, async (tx) => {
    await createContacts(tx, [
      { email: "ada@people.test", firstName: "Ada" },
      { email: "bea@people.test", firstName: "Bea" },
    ]);
    await tx.execute(sql`
      insert into segments (name, segment_type)
      select 'Fair ' || lpad(n::text, 4, '0'), 'static' from generate_series(1, 1005) n`);
    await tx.execute(sql`
      insert into segment_contacts (segment_id, contact_id) select s.id, c.id from segments s, contacts c
      where s.name = 'Fair 1005' and c.email = 'ada@people.test'`);
  });
  await page.goto(`${here}/lists`);
  const lists = page.getByRole("table", { name: "Lists" });
  await page.getByRole("link", { name: "Next" }).click();
  await expect(lists).toContainText("Fair 0051");
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(lists).toContainText("Fair 0001");
  await page.getByRole("searchbox", { name: "Search lists by name" }).fill("air 1005");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(lists.getByRole("row")).toHaveCount(2);
  await expect(lists).toContainText("Fair 1005");

  const choose = async (name: string) => {
    await page.getByRole("combobox", { name }).click();
    await expect(page.getByText("There are more: search by name.")).toBeVisible();
    await page.keyboard.type("1005");
    await page.getByRole("option", { name: "Fair 1005" }).click();
  };
  await page.goto(`${here}/contacts`);
  await choose("List or segment");
  await page.getByRole("button", { name: "Filter" }).click();
  const people = page.getByRole("table", { name: "Contacts" });
  await expect(people).toContainText("ada@people.test");
  await expect(people).not.toContainText("bea@people.test");
  await expect(page.getByRole("combobox", { name: "List or segment" })).toHaveText("Fair 1005");

  await page.goto(`${here}/segments/new`);
  await page.getByLabel("Field").selectOption("list");
  await choose("lists");
  await expect(page.getByRole("list", { name: "lists, chosen" })).toContainText("Fair 1005");
  await expect(page.getByRole("status").filter({ hasText: "contact" })).toContainText("1 contact");
});
