import type { Page } from "@playwright/test";
import { createCampaign, createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { exitContacts } from "#server/enrollments/exits";
import { sql } from "drizzle-orm";
import { expect, test } from "./fixtures.ts";
import { seriousFindings } from "./scan.ts";

const canvas = (page: Page) => page.getByRole("region", { name: "Canvas" });
const node = (page: Page, words: RegExp) => canvas(page).getByRole("button", { name: words });
/** How the drawing is moved and scaled. */
const view = (page: Page) => page.locator(".react-flow__viewport").getAttribute("style");

test("the canvas of a running campaign says who stands at a step, why and until when, and follows them", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId, contactIds } = await withTenant(workspace.scope, async (tx) => {
    const people = await createContacts(tx, [
      { email: "ada@people.test", firstName: "Ada" },
      { email: "bea@people.test", firstName: "Bea" },
    ]);
    const listId = await createList(tx, { contactIds: people });
    const made = await createCampaign(tx, {
      name: "On its way",
      emailAccountId: workspace.emailAccountId,
      audience: { everyone: false, include: [listId], exclude: [] },
      steps: [
        { stepType: "email", subjectLine: "Hello", emailContent: "<p>Hello</p>" },
        { stepType: "wait", waitDuration: { value: 30, unit: "days" } },
        { stepType: "email", subjectLine: "Again", emailContent: "<p>Again</p>" },
      ],
    });
    await tx.execute(
      sql`update campaign_settings set no_limits = true where campaign_id = ${made.campaignId}::uuid`,
    );
    return { ...made, contactIds: people };
  });
  const campaign = `/${workspace.slug}/campaigns/${campaignId}`;
  await page.goto(`${campaign}/edit/review`);
  await page.getByRole("button", { name: "Launch campaign" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Launch" }).click();
  await expect(page).toHaveURL(new RegExp(`${campaign}$`));
  await page.goto(`${campaign}/edit`);
  await page.getByRole("button", { name: "Canvas" }).click();
  await expect(node(page, /^Step 2 of 3, Wait.*2 stand here, 0 have passed/)).toBeVisible({
    timeout: 60_000,
  });
  await expect(node(page, /^Step 1 of 3, Email: Hello.*0 stand here, 2 have passed/)).toBeVisible();
  await expect(canvas(page).getByText("2 here")).toBeVisible();

  await node(page, /^Step 2/).click();
  await page.getByRole("tab", { name: /Who stands here/ }).click();
  const people = page.getByRole("region", { name: "People at step 2" });
  await expect(people.getByRole("link", { name: "Ada" })).toBeVisible();
  await expect(people.getByRole("listitem").filter({ hasText: "Ada" })).toContainText(
    /Waiting for the time of this step\. Until/,
  );
  expect(await seriousFindings(page)).toEqual([]);

  // Somebody leaves: the number and the list follow by themselves.
  await withTenant(workspace.scope, (tx) =>
    exitContacts(tx, { contactIds: contactIds.slice(0, 1), reason: "replied" }),
  );
  await expect(node(page, /^Step 2.*1 stand here/)).toBeVisible({ timeout: 30_000 });
  await expect(people.getByRole("link", { name: "Ada" })).toBeHidden({ timeout: 30_000 });
  await expect(people.getByRole("link", { name: "Bea" })).toBeVisible();
});

test("on the canvas every key of its list does what it says, and so do the buttons for its size", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId } = await withTenant(workspace.scope, (tx) =>
    createCampaign(tx, {
      name: "Drawn",
      emailAccountId: workspace.emailAccountId,
      steps: [
        { stepType: "email", subjectLine: "One", emailContent: "<p>1</p>" },
        { stepType: "email", subjectLine: "Two", emailContent: "<p>2</p>" },
        { stepType: "email", subjectLine: "Three", emailContent: "<p>3</p>" },
      ],
    }),
  );
  await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit`);
  await page.getByRole("button", { name: "Canvas" }).click();
  const [first, last] = [node(page, /^Step 1 of 3/), node(page, /^Step 3 of 3/)];
  await first.focus();
  await page.keyboard.press("End");
  await expect(last).toBeFocused();
  await page.keyboard.press("Home");
  await expect(first).toBeFocused();
  await page.keyboard.press("Shift+ArrowDown");
  await expect(node(page, /Picked/)).toHaveCount(2);
  await page.keyboard.press("Escape");
  await expect(node(page, /Picked/)).toHaveCount(0);
  await first.press("a");
  await expect(page.getByRole("menuitem", { name: "Condition" })).toBeVisible();
  await page.keyboard.press("Escape");
  await first.press("m");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();

  // By keys and by buttons.
  const whole = await view(page);
  await first.press("+");
  await expect.poll(() => view(page)).not.toBe(whole);
  await first.press("0");
  await page.getByRole("button", { name: "Fit to the window" }).click();
  await expect.poll(() => view(page)).toBe(whole);
  await page.getByRole("button", { name: "Zoom out" }).click();
  await expect.poll(() => view(page)).not.toBe(whole);
  await page.getByRole("button", { name: "Fit to the window" }).click();
  await expect.poll(() => view(page)).toBe(whole);
});

test("a variable is kept in the settings and offered where mails are written", async ({
  workspace,
  signedInPage: page,
}) => {
  await page.goto(`/${workspace.slug}/settings/fields`);
  await page.getByRole("button", { name: "Add variable" }).first().click();
  await page.getByLabel("Name").fill("first_name");
  await page.getByLabel("Value").fill("+49 30 1234");
  await page.getByRole("button", { name: "Add variable" }).last().click();
  await expect(page.getByText("Mails know this name as something else already").first()).toBeVisible();
  await page.getByLabel("Name").fill("support_phone");
  await page.getByRole("button", { name: "Add variable" }).last().click();
  await expect(page.getByRole("table", { name: "Variables" })).toContainText("{{ support_phone }}");
  expect(await seriousFindings(page)).toEqual([]);
});
