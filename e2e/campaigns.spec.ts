import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import { createCampaign, createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { finishedCampaign } from "./finished-campaign.ts";
import { expect, moveClock, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { accessibilityFindings } from "./scan.ts";

/** The dialog's time, as the browser's own field holds it. */
const timeOf = (page: Page) => page.getByRole("dialog").getByLabel("Launch at");

test("a launch is reviewed and scheduled by keyboard, locks the campaign until then, moves, and is taken back", async ({
  workspace,
  signedInPage: page,
}) => {
  let status = 404;
  const site = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const offer = `http://127.0.0.1:${(site.address() as AddressInfo).port}/offer`;
  const { campaignId } = await finishedCampaign(
    workspace,
    `<p>Hello</p><img src="https://cdn.example/spring.png"><a href="${offer}">Our offer</a>`,
  );
  const home = `/${workspace.slug}/campaigns/${campaignId}`;
  await page.goto(`${home}/edit/review`);
  await test.step("what receivers hold against the email is told, and a link until it answers", async () => {
    await expect(page.getByText(/1 image has no alternative text \(spring\.png\)/)).toBeVisible();
    const dead = page.getByText(`the link “Our offer” to ${offer} does not work.`);
    await expect(dead).toContainText("answers with status 404: there is no such page. Correct the address.");
    await expect(page.getByText("0 links answer.")).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
    status = 200;
    await page.getByRole("button", { name: "Check again" }).press("Enter");
    await expect(page.getByText("1 link answers.")).toBeVisible();
    await expect(dead).toHaveCount(0);
    site.close();
  });
  await page.getByRole("button", { name: "Schedule", exact: true }).press("Enter");
  await expect(timeOf(page)).toHaveValue(/T09:00$/);
  const suggested = await timeOf(page).inputValue();
  await timeOf(page).fill("2020-01-06T09:00");
  await page.getByRole("dialog").getByRole("button", { name: "Schedule" }).press("Enter");
  await expect(page.getByRole("dialog")).toContainText("This time has passed: it is");
  await timeOf(page).fill(suggested);
  await page.keyboard.press("Enter");
  const note = page.getByText(/^Launches .*, 09:00/);
  await expect(note).toBeVisible();

  await page.getByRole("link", { name: "Audience" }).press("Enter");
  await expect(page).toHaveURL(/audience$/);
  await expect(note).toBeVisible();
  await expect(page.getByRole("button", { name: /Save/ })).toHaveCount(0);
  await page.goto(`/${workspace.slug}/campaigns`);
  await expect(page.getByRole("row", { name: /Spring news/ })).toContainText("Scheduled");
  await page.getByRole("link", { name: "Spring news" }).press("Enter");
  await expect(note).toBeVisible();

  await page.goto(`${home}/edit/review`);
  await page.getByRole("button", { name: "Change the time" }).press("Enter");
  await timeOf(page).fill(suggested.replace("09:00", "14:30"));
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Launches .*, 14:30/)).toBeVisible();
  await page.getByRole("button", { name: "Unschedule" }).press("Enter");
  await expect(page.getByText("It is a draft again.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Launch campaign" })).toBeEnabled();
});

test("a campaign that repeats shows its dates, and launches a campaign of its own at each of them", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId } = await finishedCampaign(workspace);
  const home = `/${workspace.slug}/campaigns/${campaignId}`;
  await page.goto(`${home}/edit/review`);
  await page.getByRole("button", { name: "Schedule", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const now = await withTenant(workspace.scope, appNow);
  // On the clock of the campaign, which is UTC.
  const soon = new Date(now.getTime() + 5 * 60_000).toISOString().slice(0, 16);
  await timeOf(page).fill(soon);
  await dialog.getByLabel("Repeat").selectOption("Monthly");
  await expect(dialog.getByLabel("On day")).toHaveValue(String(Number(soon.slice(8, 10))));
  await dialog.getByLabel("Repeat").selectOption("Weekly");
  await dialog.getByLabel("Every", { exact: true }).fill("2");
  await dialog.getByLabel("Ends").selectOption("After N times");
  await dialog.getByLabel("Times").fill("0");
  await dialog.getByRole("button", { name: "Schedule" }).click();
  await expect(dialog).toContainText("Once is the least.");
  await dialog.getByLabel("Times").fill("3");
  await expect(dialog).not.toContainText("Once is the least.");
  await expect(dialog.getByRole("listitem")).toHaveCount(4);
  await expect(dialog).toContainText("and no more.");
  await dialog.getByRole("button", { name: "Schedule" }).click();
  await expect(page.getByText(/^Every 2 weeks on \w+day, 3 times: each time becomes/)).toBeVisible();

  await moveClock("6 minutes");
  await page.goto(`${home}/edit/occurrences`);
  const child = page
    .getByRole("table", { name: "Repeats so far" })
    .getByRole("link", { name: /^Spring news · / });
  await expect(async () => {
    await page.reload();
    await expect(child).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByRole("list", { name: "Next times" }).getByRole("listitem")).toHaveCount(2);
  expect(await accessibilityFindings(page), "repeats").toEqual([]);
  await child.click();
  await expect(page.getByText("Occurrence 1 of Spring news")).toBeVisible();

  await page.goto(`${home}/edit/occurrences`);
  await page.getByRole("button", { name: "Send one now" }).press("Enter");
  const asked = page.getByRole("alertdialog");
  await expect(asked).toContainText("with the steps and settings as they are");
  const sendOne = asked.getByRole("button", { name: "Send one now" });
  await expect(
    asked.getByRole("heading", { name: /^Send one now to (1 person|[\d,]+ people)\?$/ }),
  ).toBeVisible();
  await expect(sendOne).toBeEnabled();
  await sendOne.press("Enter");
  await expect(page.getByText("Occurrence 2 of Spring news")).toBeVisible();
  await page.goto(`/${workspace.slug}/campaigns`);
  await expect(page.getByRole("row", { name: /repeats, next/ })).toContainText("Scheduled");
});

test("the steps of a running campaign are changed, added and deleted, and those on the way go along", async ({
  workspace,
  signedInPage: page,
}) => {
  const { campaignId } = await withTenant(workspace.scope, async (tx) => {
    const contactIds = await createContacts(tx, [{ email: "ada@people.test" }, { email: "bea@people.test" }]);
    const listId = await createList(tx, { contactIds });
    return createCampaign(tx, {
      name: "Running",
      emailAccountId: workspace.emailAccountId,
      audience: { everyone: false, include: [listId], exclude: [] },
      steps: [
        { stepType: "wait", waitDuration: { value: 9, unit: "days" } },
        { stepType: "email", subjectLine: "Hello", emailContent: "<p>Hello</p>" },
      ],
    });
  });
  const home = `/${workspace.slug}/campaigns/${campaignId}`;
  await page.goto(`${home}/edit/review`);
  await launchCampaign(page);
  await expect(page.getByText(/2 wait|2 people|People/).first()).toBeVisible();
  const standing = (type: string) =>
    withTenant(workspace.scope, async (tx) => {
      const [row] = await tx.execute<{ count: number }>(sql`
        select count(*)::int as count from campaign_contacts e join campaign_steps s on s.id = e.current_step_id
        where e.campaign_id = ${campaignId}::uuid and s.step_type = ${type} and s.is_active`);
      return row?.count;
    });
  await expect.poll(() => standing("wait"), { timeout: 30_000 }).toBe(2);

  await page.goto(`${home}/edit`);
  await page.getByRole("button", { name: /Wait 9 days/ }).press("Enter");
  await expect(page.getByText("A change affects 2 contacts")).toBeVisible();
  await page.getByLabel("How long").fill("2");
  await expect(page.getByLabel(/Also for 2 contacts waiting here now/)).toBeChecked();
  await page.getByRole("button", { name: "Save for 2 contacts" }).press("Enter");
  await expect(page.getByRole("button", { name: /Wait 2 days/ })).toBeVisible();

  await page.getByRole("button", { name: "Add a step above step 2" }).press("Enter");
  await page.getByRole("menuitem", { name: "Action" }).press("Enter");
  await expect(page.getByText("Whoever comes here waits until it is finished.")).toBeVisible();
  await page.getByLabel("Tag", { exact: true }).fill("reached");
  await page.getByRole("button", { name: "Save for 2 contacts" }).press("Enter");
  await expect(page.getByText(/until it is finished/)).toHaveCount(0);

  await page.getByRole("button", { name: /Wait 2 days/ }).press("Delete");
  const asks = page.getByRole("alertdialog");
  await expect(asks).toContainText("2 contacts at this step now will go on with step 2 at once");
  await asks.getByRole("button", { name: "Delete" }).press("Enter");
  await expect(page.getByRole("button", { name: /Wait 2 days/ })).toHaveCount(0);
  await expect.poll(() => standing("email"), { timeout: 30_000 }).toBe(2);
  await page.goto(`/${workspace.slug}/contacts`);
  await expect(page.getByRole("row", { name: /reached/ })).toHaveCount(2);
});
