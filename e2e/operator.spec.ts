import postgres from "postgres";
import { v7 } from "uuid";
import { createTenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { exportRequested } from "#inngest/events";
import { emailStep, launch, newCampaign } from "#server/enrollments/testing";
import { createExport } from "#server/exports/mutations";
import { exportInput } from "#server/exports/schema";
import { env } from "#server/env";
import { expect, signIn, test } from "./fixtures.ts";

test("an operator sees a run end by itself, cancels one, runs it again, and replays what failed", async ({
  page,
  workspace,
}) => {
  test.setTimeout(120_000);
  const { tenantId, workspaceId } = workspace;
  const { userId } = await createTenant({ user: { isOperator: true } });
  await signIn(page, userId);
  const runs = page.getByRole("table", { name: "Runs" });
  const filters = page.getByRole("search", { name: "Runs" });
  const idField = filters.getByRole("searchbox", { name: /^Id of a run/ });
  const find = async (id: string) => {
    await idField.fill(id);
    await filters.getByRole("button", { name: "Apply" }).click();
    await expect(page).toHaveURL(new RegExp(`id=${id}`));
  };
  const choose = async (status: string, inAddress: string) => {
    await filters.getByRole("combobox", { name: "Status" }).selectOption(status);
    await expect(page).toHaveURL(new RegExp(inAddress));
  };

  await test.step("a run that is under way ends, and the page says so without being loaded again", async () => {
    const exportId = v7();
    const input = exportInput.parse({ key: exportId, of: { kind: "all" } });
    await withTenant(workspace.scope, (tx) => createExport(tx, input, workspace.scope));
    const sql = postgres(env.DATABASE_OWNER_URL, { max: 1 });
    try {
      // Exports of a workspace take turns: this one waits for its own.
      await sql`select pg_advisory_lock(hashtext(${`exports:${workspaceId}`}))`;
      await inngest.send(exportRequested.create({ tenantId, workspaceId, exportId, fence: 1 }));
      await page.goto("/operator");
      const exporting = runs.getByRole("row", { name: /Export contacts/ });
      // What is typed goes along with what is chosen.
      await idField.fill(exportId);
      await choose("Working", `phase=working.*id=${exportId}|id=${exportId}.*phase=working`);
      await expect(exporting).toContainText("Working");
      await choose("Sleeping", "phase=sleeping");
      await expect(exporting).toHaveCount(0);
      await choose("Working", "phase=working");
      await exporting.getByRole("link").click();
      await expect(page.getByRole("heading", { level: 1, name: /Export contacts/ })).toBeVisible();
      await expect(page.getByText("Under way", { exact: true }).first()).toBeVisible();
      await page.evaluate(() => void document.body.setAttribute("data-kept", "yes"));
    } finally {
      await sql.end();
    }
    await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible();
    await expect(page.locator("body[data-kept]")).toHaveCount(1);
  });

  await test.step("a sleeping one is found by what it does, cancelled, and run again", async () => {
    const wait = { stepType: "wait", waitDuration: { value: 2, unit: "days" } } as const;
    const campaign = await newCampaign({ emails: ["later@example.test"], steps: [wait, emailStep()] });
    await launch(campaign.scope, campaign.campaignId);
    await page.goto("/operator?status=running&phase=sleeping");
    await find(campaign.campaignId);
    const waiting = runs.getByRole("row", { name: /Wait step/ });
    await expect(waiting).toContainText("Sleeping");
    await choose("Working", "phase=working");
    await expect(waiting).toHaveCount(0);
    await choose("Sleeping", "phase=sleeping");
    await waiting.getByRole("link").click();
    await expect(page.getByRole("heading", { level: 1, name: "Wait step" })).toBeVisible();
    const address = page.url();
    await page.getByRole("button", { name: "Cancel run" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel run" }).click();
    await expect(page.getByText("Cancelled", { exact: true }).first()).toBeVisible();
    await page.getByRole("button", { name: "Run again" }).click();
    await expect(page.getByText("Runs again")).toBeVisible();
    expect(page.url()).not.toBe(address);
    await page.goto(address);
    await expect(page.getByRole("link", { name: "Go to the run after it" })).toBeVisible();
  });

  await test.step("one that failed is found by its error, and replayed", async () => {
    // Its event names no workspace: it fails for good.
    const name = `nobody ${v7()}`;
    await inngest.send({ name: "drafts/writing.due", data: { tenantId, workspaceId: name } });
    await page.goto(`/operator?functionId=postroad-write-drafts&id=${tenantId}`);
    const failed = runs.getByRole("row", { name: /Write drafts/ });
    await expect(failed).toContainText(/expected an id/i);
    const words = filters.getByRole("searchbox", { name: "Words of an error" });
    await words.fill("words of another");
    await filters.getByRole("button", { name: "Apply" }).click();
    await expect(page).toHaveURL(/error=words/);
    await expect(failed).toHaveCount(0);
    await words.fill("EXPECTED AN ID");
    await filters.getByRole("button", { name: "Apply" }).click();
    await expect(page).toHaveURL(/error=EXPECTED/);
    const address = await failed.getByRole("link").getAttribute("href");
    await page.getByRole("button", { name: /^Replay \d+ failed run/ }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Replay" }).click();
    await expect(page.getByText(/failed runs? made up for/)).toBeVisible();
    await page.goto(address ?? "");
    await expect(page.getByRole("link", { name: "Go to the run after it" })).toBeVisible();
  });
});
