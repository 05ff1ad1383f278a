import type { Page } from "@playwright/test";
import { finishedCampaign } from "./finished-campaign.ts";
import { expect, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { accessibilityFindings } from "./scan.ts";

/** By the mouse, from one step onto a plus, until a step says `then`. */
async function drag(page: Page, words: RegExp, plus: string, then: RegExp): Promise<void> {
  // Once the drawing has come to rest.
  await node(page, words).hover();
  const onto = await page.getByRole("button", { name: plus }).boundingBox();
  if (!onto) throw new Error("The canvas shows no place to drag to.");
  await page.mouse.down();
  await page.mouse.move(onto.x + onto.width / 2, onto.y + onto.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect(node(page, then)).toBeVisible();
}

/** A step on the canvas, by what it says. */
const node = (page: Page, words: RegExp) =>
  page.getByRole("region", { name: "Canvas" }).getByRole("button", { name: words });

test("steps are added, moved, copied, deleted and undone on the canvas, by mouse and by keyboard", async ({
  workspace,
  signedInPage: page,
}) => {
  test.slow();
  const { campaignId } = await finishedCampaign(workspace);
  await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit`);
  await page.getByRole("button", { name: "Canvas" }).click();
  await expect(node(page, /^Step 1 of 1, Email: Hello/)).toBeVisible();

  // By mouse: a condition below the email, an action on its Yes branch, dragged onto its No branch.
  await page.getByRole("button", { name: "Add a step below step 1" }).click();
  await page.getByRole("menuitem", { name: "Condition" }).click();
  await expect(node(page, /^Step 2 of 2, Condition: If opened/)).toBeVisible();
  await page.getByRole("button", { name: "Close step" }).click();
  await page.getByRole("button", { name: "Add a step on the Yes branch of step 2" }).click();
  await page.getByRole("menuitem", { name: "Wait" }).click();
  await page.getByRole("button", { name: "Close step" }).click();
  await expect(node(page, /Yes leads to step 3, No to the end/)).toBeVisible();
  const onNo = /Yes leads to the end, No to step 3/;
  const onYes = /Yes leads to step 3, No to the end/;
  await drag(page, /^Step 3 of 3, Wait/, "Add a step on the No branch of step 2", onNo);
  expect(await accessibilityFindings(page)).toEqual([]);

  // By keyboard: along the ways, copy and paste, delete, take back.
  await node(page, /^Step 1/).focus();
  await page.keyboard.press("ArrowDown");
  await expect(node(page, /^Step 2/)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(node(page, /^Step 3/)).toBeFocused();
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Control+v");
  await expect(node(page, /^Step 4 of 4, Wait/)).toBeVisible();
  await node(page, /^Step 4/).press("Delete");
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).press("Enter");
  await expect(node(page, /^Step 3 of 3, Wait/)).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(node(page, /^Step 4 of 4, Wait/)).toBeVisible();

  // Several together: picked, dragged, deleted, moved by the keys, each taken back at once.
  await node(page, /^Step 3/).click({ modifiers: ["Shift"] });
  await node(page, /^Step 4/).click({ modifiers: ["Shift"] });
  await drag(page, /^Step 4/, "Add a step on the Yes branch of step 2", onYes);
  await expect(node(page, /^Step 3 .*Leads to step 4/)).toBeVisible();
  await node(page, /^Step 3/).press("Delete");
  await expect(page.getByRole("alertdialog", { name: "Delete 2 steps?" })).toBeVisible();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).press("Enter");
  await expect(node(page, /^Step 2 of 2, Condition/)).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(node(page, /^Step 4 of 4, Wait/)).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(node(page, onNo)).toBeVisible();
  await node(page, /^Step 1/).press("Escape");
  await node(page, /^Step 1/).press("x");
  await node(page, /^Step 3/).press("x");
  await expect(page.getByRole("status").filter({ hasText: "2 steps picked" })).toBeVisible();
  await node(page, /^Step 3/).press("Alt+ArrowDown");
  await expect(node(page, /^Step 1 of 4, Condition/)).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(node(page, /^Step 4 of 4, Wait/)).toBeVisible();
  await node(page, /^Step 1/).press("Escape");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await expect(node(page, onYes)).toBeVisible();
  await page.keyboard.press("Control+Shift+z");
  await expect(node(page, onNo)).toBeVisible();
  await node(page, /^Step 3/).press("Enter");
  await expect(page.locator("#step-panel")).toBeFocused();
  await page.getByLabel("How long").fill("5");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(node(page, /^Step 3 of 3, Wait: .*Wait 5 days/)).toBeFocused();

  // A second tab that is behind is told, and takes over what is there.
  const other = await page.context().newPage();
  await other.goto(page.url());
  await expect(node(other, /Wait 5 days/)).toBeVisible();
  await page.getByRole("button", { name: /^Undo: Changed/ }).click();
  await expect(node(page, /Wait 1 day/)).toBeVisible();
  await node(other, /^Step 3/).press("Delete");
  await other.getByRole("alertdialog").getByRole("button", { name: "Delete" }).press("Enter");
  await expect(other.getByText("Somebody else changed this campaign")).toBeVisible();
  await other.getByRole("button", { name: "Load theirs" }).click();
  await expect(node(other, /Wait 1 day/)).toBeVisible();

  // Who has written something may keep it, on top of what was saved meanwhile.
  const saved = (tab: Page) => tab.getByText("Saved", { exact: true });
  await node(page, /^Step 3/).press("Enter");
  await page.getByLabel("How long").fill("7");
  await expect(node(page, /Wait 7 days/)).toBeVisible();
  await node(other, /^Step 3/).press("Enter");
  await other.getByLabel("How long").fill("9");
  await other.getByRole("button", { name: "Keep my text" }).click();
  await expect(node(other, /Wait 9 days/)).toBeVisible();
  await expect(saved(other)).toBeVisible();
  await expect(other.getByText("Somebody else changed this campaign")).toBeHidden();

  // Every version is kept, compared, and gone back to.
  await other.getByRole("button", { name: "Versions", exact: true }).click();
  const versions = other.getByRole("dialog", { name: "Versions" });
  const before = versions.getByRole("listitem").nth(1);
  await before.getByRole("button", { name: /^Compare with now/ }).click();
  await expect(before.getByRole("list", { name: "Since then" })).toContainText("wait 9 days");
  expect(await accessibilityFindings(other)).toEqual([]);
  await before.getByRole("button", { name: /^Go back to/ }).click();
  await expect(node(other, /Wait 1 day/)).toBeVisible();
});

test("a campaign is made by answering questions, launched, and everybody’s way through it is seen", async ({
  workspace,
  signedInPage: page,
}) => {
  await finishedCampaign(workspace);
  await page.goto(`/${workspace.slug}/campaigns/new`);
  await page.getByRole("link", { name: "Step by step" }).press("Enter");
  await page.getByRole("radio", { name: /Send a series/ }).check();
  await page.getByLabel("How many emails").fill("2");
  await page.getByLabel("What do you call it?").fill("Guided");
  await page.getByRole("button", { name: "Next: who gets it" }).press("Enter");
  await page.getByRole("switch", { name: /Everybody in this workspace/ }).press("Space");
  const subjectLine = page.getByLabel("Subject", { exact: true });
  await page.getByRole("link", { name: "Next: the emails" }).press("Enter");
  await expect(subjectLine).toBeVisible();
  for (const subject of ["One", "Two"]) {
    if (subject === "Two") await page.getByRole("button", { name: /^Email 2/ }).press("Enter");
    await subjectLine.fill(subject);
    await page.getByRole("button", { name: "HTML", exact: true }).click();
    await page.getByRole("textbox", { name: "Body" }).fill("<p>Hello</p>");
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Close step" }).press("Enter");
  }
  // What is left is found again where it was left.
  const guide = page.url().split("?")[0] ?? "";
  await page.goto(guide);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Is everything right?");
  await page
    .getByRole("navigation", { name: "Questions" })
    .getByRole("link", { name: /Sending/ })
    .press("Enter");
  await page.getByLabel("Sender’s name").fill("Gerda");
  await page.getByRole("button", { name: "Save and go on" }).press("Enter");
  await launchCampaign(page);
  await expect(page).toHaveURL(/campaigns\/[^/]+$/);

  await page.getByRole("link", { name: "Steps and settings" }).click();
  await page.getByRole("button", { name: "Canvas" }).click();
  const first = node(page, /^Step 1 of 3, Email: One/);
  await first.click();
  await page.getByRole("tab", { name: /Who stands here/ }).click();
  await expect(page.getByRole("region", { name: "People at step 1" })).toBeVisible();
  const campaign = page.url().replace(/\/edit.*/, "");
  await page.goto(campaign);
  await page.getByRole("table", { name: "People" }).getByRole("link", { name: /Ada/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: /Ada/ })).toBeVisible();
  await expect(page.getByRole("list").getByText("One").first()).toBeVisible();
  expect(await accessibilityFindings(page)).toEqual([]);

  // Goals of a running campaign are saved on purpose: leaving without that is asked about.
  await page.goto(`${campaign}/edit`);
  const tabs = page.getByRole("navigation", { name: "Campaign" });
  await tabs.getByRole("link", { name: "Goals" }).click();
  await page.getByRole("button", { name: "Add a goal" }).click();
  await page.getByRole("menuitem", { name: /They reply/ }).click();
  const asked = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await tabs.getByRole("link", { name: "Audience" }).press("Enter");
  await asked.getByRole("button", { name: "Cancel" }).click();
  await expect(page).toHaveURL(/goals$/);
  await page.evaluate(() => history.back());
  await asked.getByRole("button", { name: "Leave" }).click();
  await expect(page).toHaveURL(/edit$/);
});
