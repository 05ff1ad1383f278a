import type { Locator, Page } from "@playwright/test";
import { createCampaign, createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { exitContacts } from "#server/enrollments/exits";
import { sql } from "drizzle-orm";
import { expect, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { accessibilityFindings } from "./scan.ts";

const canvas = (page: Page) => page.getByRole("region", { name: "Canvas" });
const node = (page: Page, words: RegExp) => canvas(page).getByRole("button", { name: words });
/** How the drawing is moved and scaled. */
const view = (page: Page) => page.locator(".react-flow__viewport").getAttribute("style");

/** By the mouse, from the dot of a step to the middle of something, where the canvas says what letting go does. */
async function draw(page: Page, words: RegExp, onto: Locator, says: RegExp): Promise<void> {
  await node(page, words).hover();
  const dot = canvas(page)
    .locator(".react-flow__node", { has: page.getByRole("button", { name: words }) })
    .locator(".react-flow__handle.source");
  const [from, to] = [await dot.boundingBox(), await onto.boundingBox()];
  if (!from || !to) throw new Error("The canvas shows nothing to draw from, or nothing to draw to.");
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 5 });
  await expect(canvas(page).getByRole("status")).toContainText(says);
  await page.mouse.up();
}

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
        {
          stepType: "email",
          subjectLine: "Again",
          emailContent: "<p>Again</p>",
          requiresDraftApproval: true,
          draftReview: { days: 14, otherwise: "skip" },
        },
      ],
    });
    await tx.execute(
      sql`update campaign_settings set no_limits = true where campaign_id = ${made.campaignId}::uuid`,
    );
    return { ...made, contactIds: people };
  });
  const campaign = `/${workspace.slug}/campaigns/${campaignId}`;
  await page.goto(`${campaign}/edit/review`);
  await launchCampaign(page);
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
  expect(await accessibilityFindings(page)).toEqual([]);

  // Somebody leaves: the number and the list follow by themselves.
  await withTenant(workspace.scope, (tx) =>
    exitContacts(tx, { contactIds: contactIds.slice(0, 1), reason: "replied" }),
  );
  await expect(node(page, /^Step 2.*1 stand here/)).toBeVisible({ timeout: 30_000 });
  await expect(people.getByRole("link", { name: "Ada" })).toBeHidden({ timeout: 30_000 });
  await expect(people.getByRole("link", { name: "Bea" })).toBeVisible();

  // Who is on the way can be written to by hand before they come to the step.
  await people.getByRole("button", { name: "Actions for Bea" }).press("Enter");
  await page.getByRole("menuitem", { name: "Write an email…" }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Write it" }).click();
  await page.getByLabel("Subject").fill("Bea, by hand");
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const ahead = page.getByRole("list", { name: "Drafts", exact: true }).getByRole("listitem");
  await expect(ahead.filter({ hasText: "Bea, by hand" })).toBeVisible();
  await expect(page.getByText("once its contact comes to the step")).toBeVisible();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Discard" }).click();
  await expect(page.getByText("Nothing written ahead")).toBeVisible();
});

test("on the canvas ways are drawn by mouse, and every key of its list does what it says", async ({
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
  await page.setViewportSize({ width: 1280, height: 900 });
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

  // A way leads to what its dot is let go on, wherever on it that is.
  await draw(page, /^Step 1/, last, /Let go: Step 1 leads on to step 3, /);
  await expect(node(page, /^Step 2 of 3, Email: Three/)).toBeVisible();
  await first.press("Control+z");
  await expect(node(page, /^Step 2 of 3, Email: Two/)).toBeVisible();
  await draw(page, /^Step 3/, first, /Step 1 comes before step 3: contacts would go round in circles/);
  await expect(page.getByText(/^Step 1 comes before step 3/).last()).toBeVisible();
  await expect(node(page, /Email: Three.*Leads to the end/)).toBeVisible();
  await draw(
    page,
    /^Step 2/,
    canvas(page).getByText("The end", { exact: true }),
    /Let go: Step 2 leads to the end/,
  );
  await expect(node(page, /Email: Two.*Leads to the end/)).toBeVisible();
  expect(await accessibilityFindings(page)).toEqual([]);
  await first.press("Control+z");
  await expect(node(page, /Email: Two.*Leads to step 3/)).toBeVisible();

  // And by the keyboard.
  await first.press("l");
  const where = page.getByRole("dialog", { name: "Where step 1 leads" });
  await where.getByLabel("Leads on to").selectOption({ label: "3. email “Three”" });
  await where.getByRole("button", { name: "Lead there" }).press("Enter");
  await expect(node(page, /^Step 2 of 3, Email: Three/)).toBeVisible();
  await expect(first).toBeFocused();
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
  expect(await accessibilityFindings(page)).toEqual([]);
});
