import { sql } from "drizzle-orm";
import type { Page } from "@playwright/test";
import { createContacts, createList, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";

type Hand = "mouse" | "keyboard";

/** Two contacts of the first page and one of the second, picked anew: the choice has to survive the way between. */
const picked = ["p00@bulk.example", "p01@bulk.example", "p55@bulk.example"];

async function pick(page: Page, { slug }: Tenant, hand: Hand): Promise<void> {
  await page.goto(`/${slug}/contacts?sort=email`);
  const choose = async (email: string) => {
    const box = page.getByLabel(`Select ${email}`);
    if (hand === "mouse") return box.check();
    // The page may not listen to keys yet.
    await expect(async () => {
      if (!(await box.isChecked())) await box.press("Space");
      await expect(box).toBeChecked({ timeout: 500 });
    }).toPass();
  };
  for (const email of picked.slice(0, 2)) await choose(email);
  const next = page.getByRole("link", { name: "Next" });
  if (hand === "mouse") await next.click();
  else await next.press("Enter");
  await choose(picked[2] ?? "");
  await expect(page.getByRole("region", { name: "Selection" }).getByText("3 selected")).toBeVisible();
}

/** Opens the window of an action: by a button of the bar, or by the menu of the others. */
async function open(page: Page, action: string, hand: Hand) {
  const bar = page.getByRole("region", { name: "Selection" });
  const own = bar.getByRole("button", { name: action, exact: true });
  if ((await own.count()) > 0) await (hand === "mouse" ? own.click() : own.press("Enter"));
  else if (hand === "mouse") {
    await bar.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: action, exact: true }).click();
  } else {
    await bar.getByRole("button", { name: "More" }).press("Enter");
    await expect(page.getByRole("menu")).toBeVisible();
    await page.keyboard.type(action, { delay: 20 });
    await expect(page.getByRole("menuitem", { name: action, exact: true })).toBeFocused();
    await page.keyboard.press("Enter");
  }
  return page.getByRole("dialog", { name: `${action.replace("to list", "to a list")}: 3 contacts` });
}

test("contacts picked on two pages are tagged, listed, changed, archived, exported and deleted, by mouse and by keyboard", async ({
  signedInPage: page,
  workspace,
}) => {
  test.slow();
  const emails = Array.from({ length: 60 }, (_, n) => `p${String(n).padStart(2, "0")}@bulk.example`);
  await withTenant(workspace.scope, async (tx) => {
    await createContacts(
      tx,
      emails.map((email) => ({ email })),
    );
    await createList(tx, { name: "Guests" });
    await tx.execute(sql`insert into custom_field_definitions (field_name, label, field_type, options)
      values ('colours', 'Colours', 'multi_select', '["Red", "Green", "Blue"]'::jsonb)`);
  });
  /** The addresses of whom a predicate over `contacts c` holds. */
  const those = (predicate: ReturnType<typeof sql>) =>
    withTenant(workspace.scope, async (tx) => {
      const rows = await tx.execute<{ email: string }>(
        sql`select c.email from contacts c where ${predicate} order by 1`,
      );
      return rows.map(({ email }) => email);
    });
  const tagged = sql`exists (select from contact_tags t where t.contact_id = c.id)`;
  const listed = sql`exists (select from segment_contacts m where m.contact_id = c.id)`;
  type Dialog = Awaited<ReturnType<typeof open>>;
  const listOf = (dialog: Dialog) => dialog.getByLabel("List").selectOption("Guests");
  const edits: [
    action: string,
    confirm: string,
    hand: Hand,
    fill: (dialog: Dialog) => Promise<unknown>,
    holds: ReturnType<typeof sql>,
    of: string[],
  ][] = [
    ["Tag", "Tag", "keyboard", () => page.keyboard.type("vip"), tagged, picked],
    ["Take a tag off", "Take off", "mouse", (dialog) => dialog.getByLabel("Tag").fill("VIP"), tagged, []],
    ["Add to list", "Add", "mouse", listOf, listed, picked],
    ["Take off a list", "Take off", "keyboard", listOf, listed, []],
    [
      "Set a field",
      "Set",
      "mouse",
      async (dialog) => {
        await dialog.getByLabel("Field").selectOption("Colours");
        for (const colour of ["Red", "Blue"]) await dialog.getByLabel(colour).check();
      },
      sql`c.custom_fields -> 'colours' = '["Red", "Blue"]'`,
      picked,
    ],
    [
      "Set the stage",
      "Set",
      "keyboard",
      (dialog) => dialog.getByLabel("Stage").selectOption("customer"),
      sql`c.lifecycle_stage = 'customer'`,
      picked,
    ],
    [
      "Unsubscribe",
      "Unsubscribe",
      "mouse",
      async () => undefined,
      sql`c.unsubscribed_at is not null`,
      picked,
    ],
    ["Archive", "Archive", "keyboard", async () => undefined, sql`c.status = 'archived'`, picked],
    ["Delete", "Delete", "mouse", async () => undefined, sql`c.deleted_at is not null`, picked],
  ];
  for (const [action, confirm, hand, fill, holds, of] of edits) {
    await test.step(`${action}, by ${hand}`, async () => {
      if (action === "Delete") {
        await pick(page, workspace, "keyboard");
        await page
          .getByRole("region", { name: "Selection" })
          .getByRole("button", { name: "Export" })
          .press("Enter");
        await expect(page).toHaveURL(/\/exports$/);
        await expect(page.getByRole("row", { name: /3 selected contacts CSV/ })).toContainText("Completed");
      }
      await pick(page, workspace, hand);
      const dialog = await open(page, action, hand);
      await expect(dialog).toBeVisible();
      await fill(dialog);
      const go = dialog.getByRole("button", { name: confirm, exact: true });
      await (hand === "mouse" ? go.click() : go.press("Enter"));
      await expect(page).toHaveURL(/\/contacts\/edits\//);
      await expect.poll(() => those(holds), { timeout: 20_000 }).toEqual(of);
    });
  }
});
