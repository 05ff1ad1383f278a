import type { APIRequestContext } from "@playwright/test";
import { sql } from "drizzle-orm";
import { withTenant } from "#db/tenancy";
import { openPixelUrl } from "#server/tracking/addresses";
import { finishedCampaign } from "./finished-campaign.ts";
import { expect, test } from "./fixtures.ts";
import { accessibilityFindings } from "./scan.ts";

const person =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15";
const open = (request: APIRequestContext, url: string, userAgent: string) =>
  request.get(url, { headers: { "user-agent": userAgent } });

test("a goal is set, numbers change on an open page by themselves, and lead to whom they count", async ({
  workspace,
  signedInPage: page,
  request,
}) => {
  const { campaignId } = await finishedCampaign(workspace);
  const home = `/${workspace.slug}/campaigns/${campaignId}`;
  await page.goto(`${home}/edit/goals`);
  await page.getByRole("button", { name: "Add a goal" }).click();
  await page.getByRole("menuitem", { name: /They click a link/ }).click();
  await page.getByRole("link", { name: "Review", exact: true }).click();
  await expect(page.getByText("Goal 1 has no name: type one")).toBeVisible();
  await page.getByRole("link", { name: "Goals", exact: true }).click();
  await page.getByLabel("Name of the goal").fill("Came to the shop");
  await page.getByLabel("Name of the goal").press("Enter");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  expect(await accessibilityFindings(page)).toEqual([]);

  // As if it had been launched yesterday, and everybody had got the mail an hour ago.
  const [ada = "", bea = ""] = await withTenant(workspace.scope, async (tx) => {
    await tx.execute(sql`
      update campaigns set status = 'active', launched_at = app_now() - interval '1 day', frozen_at = app_now() where id = ${campaignId}::uuid`);
    await tx.execute(sql`
      insert into campaign_contacts (campaign_id, contact_id, status)
      select ${campaignId}::uuid, id, case when email like 'bea%' then 'paused' else 'completed' end from contacts`);
    const rows = await tx.execute<{ id: string }>(sql`
      insert into content.email_messages (campaign_id, step_id, contact_id, enrollment_id, email_account_id, run_number, from_email, to_email, subject, delivery_status, sent_at)
      select e.campaign_id, s.id, c.id, e.id, ${workspace.emailAccountId}::uuid, 1, 'a@sandbox.test', c.email, 'Hello', 'sent', app_now() - interval '1 hour'
      from campaign_contacts e join contacts c on c.id = e.contact_id join campaign_steps s on s.campaign_id = e.campaign_id
      order by c.email returning id`);
    return rows.map(({ id }) => id);
  });
  await page.goto(home);
  const numbers = page.locator('dl[aria-label="Numbers"]');
  await expect(numbers).toContainText("Opened0");
  const pixel = (messageId: string) => openPixelUrl({ ...workspace, messageId, test: false });
  await open(request, pixel(bea), "Mozilla/5.0");
  await open(request, pixel(ada), person);
  const opened = numbers.getByRole("link", { name: "1 opened: show them" });
  await expect(opened).toBeVisible();
  await expect(page.getByRole("heading", { name: "Goals" })).toBeVisible();
  expect(await accessibilityFindings(page)).toEqual([]);

  await opened.click();
  const messages = page.getByRole("table", { name: "Messages" });
  await expect(messages.getByRole("row")).toHaveCount(2);
  await expect(messages).toContainText("ada@people.test");
  expect(await accessibilityFindings(page)).toEqual([]);
});
