import type { Page } from "@playwright/test";
import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { v7 } from "uuid";
import { finishedCampaign } from "./finished-campaign.ts";
import { expect, signIn, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { accessibilityFindings } from "./scan.ts";

const dialog = (page: Page) => page.getByRole("dialog");

test("one asks for an approval, another asks for changes first, then approves, and only then it is launched", async ({
  browser,
  workspace,
  signedInPage: page,
}) => {
  const email = `${v7()}@example.test`;
  const [second] = await withoutTenant((tx) =>
    tx.execute<{ id: string }>(
      sql`insert into users (email, name) values (${email}, 'Mona Manager') returning id`,
    ),
  );
  const manager = second?.id ?? "";
  await withTenant(workspace.scope, async (tx) => {
    await tx.execute(
      sql`insert into tenant_users (user_id, email, roles) values (${manager}::uuid, ${email}, '{member}')`,
    );
    await tx.execute(
      sql`insert into workspace_members (workspace_id, user_id, role) values (${workspace.workspaceId}::uuid, ${manager}::uuid, 'viewer')`,
    );
  });
  const { campaignId } = await finishedCampaign(workspace);
  const review = `/${workspace.slug}/campaigns/${campaignId}/edit/review`;

  await test.step("the organization wants approvals, by somebody who is named", async () => {
    await page.goto(`/${workspace.slug}/settings/organization`);
    await page.getByRole("radio", { name: /Every campaign/ }).check();
    await page.getByRole("combobox", { name: "Name somebody as campaign manager" }).click();
    await page.getByRole("option", { name: /Mona Manager/ }).click();
    await expect(page.getByRole("button", { name: "Remove Mona Manager", exact: true })).toBeVisible();
    const form = page.locator("form").filter({ hasText: "To be approved" });
    await form.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Approvals saved")).toBeVisible();
  });

  await test.step("the launch waits, and the approval is requested", async () => {
    await page.goto(review);
    await expect(page.getByRole("button", { name: "Launch campaign" })).toBeDisabled();
    await page.getByRole("button", { name: "Request approval" }).press("Enter");
    await dialog(page).getByLabel("A word to them").fill("For the spring sale");
    await dialog(page).getByRole("button", { name: "Request" }).press("Enter");
    await expect(page.getByText("Mona Manager may answer")).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  const context = await browser.newContext();
  const other = await context.newPage();
  await signIn(other, manager);
  await test.step("the other one sees it, asks for changes, and has to say which", async () => {
    await other.goto(`/${workspace.slug}`);
    await other.getByRole("button", { name: /Notifications/ }).click();
    await other.getByText("“Spring news” is to be approved").click();
    await expect(other).toHaveURL(/edit\/review$/);
    await expect(other.getByText("“For the spring sale”")).toBeVisible();
    await other.getByRole("button", { name: "Ask for changes" }).click();
    await dialog(other).getByRole("button", { name: "Send it back" }).click();
    await expect(dialog(other).getByText("Say what should change")).toBeVisible();
    await dialog(other).getByLabel("What should change").fill("No greeting");
    await dialog(other).getByRole("button", { name: "Send it back" }).click();
    await expect(other.getByText("Changes wanted")).toBeVisible();
  });

  await test.step("asked again, it is approved and launched", async () => {
    await page.goto(review);
    await expect(
      page.getByText("Mona Manager did not approve it: “No greeting”.", { exact: false }),
    ).toBeVisible();
    await page.getByRole("button", { name: "Request again" }).click();
    await dialog(page).getByRole("button", { name: "Request" }).click();
    await expect(page.getByText("1 earlier request")).toBeVisible();
    await other.goto(review);
    await other.getByRole("button", { name: "Approve", exact: true }).click();
    await dialog(other).getByRole("button", { name: "Approve" }).click();
    await expect(other.getByText("Approved", { exact: true }).first()).toBeVisible();
    await page.goto(review);
    await launchCampaign(page);
    await expect(page).toHaveURL(new RegExp(`/campaigns/${campaignId}$`));
  });
  await other.goto("about:blank");
  await context.close();
});
