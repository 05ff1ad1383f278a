import { createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { expectMails, mailsAbout } from "./sandbox.ts";
import { accessibilityFindings } from "./scan.ts";

test("two subjects are tried on half of the audience, one is picked, and everybody else gets it", async ({
  workspace,
  signedInPage: page,
}) => {
  const unique = workspace.workspaceId.slice(-8);
  await withTenant(workspace.scope, async (tx) => {
    const contactIds = await createContacts(
      tx,
      Array.from({ length: 8 }, (_, n) => ({ email: `reader-${n}-${unique}@people.test`, firstName: "Ada" })),
    );
    await createList(tx, { name: "Readers", contactIds });
  });

  await test.step("a campaign of this kind begins with a test", async () => {
    await page.goto(`/${workspace.slug}/campaigns/new`);
    await page.getByLabel("Name").fill("Which subject");
    await page.getByRole("radio", { name: /A\/B test/ }).check();
    await page.getByRole("button", { name: "Create campaign" }).click();
    await page.getByLabel("Subject", { exact: true }).fill(`Plain ${unique}`);
    await page.getByRole("textbox", { name: /Body/ }).fill("<p>News of the spring.</p>");
    await page.getByRole("tab", { name: "A/B test" }).click();
    await expect(page.getByText("variant B has no subject: fill it in.").first()).toBeVisible();
    await page.getByLabel("Subject", { exact: true }).fill(`Plain ${unique}`);
    await expect(page.getByText("variants A and B are the same").first()).toBeVisible();
    await page.getByLabel("Subject", { exact: true }).fill(`Bold ${unique}`);
    await page.getByLabel("Test on", { exact: true }).fill("50");
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole("tab", { name: "Preview and test" }).click();
    await page.getByLabel("Variant", { exact: true }).selectOption("1");
    await expect(page.getByRole("definition").filter({ hasText: `Bold ${unique}` })).toBeVisible();
  });

  await test.step("the review says that so few tell nothing, and it is launched", async () => {
    await page.getByRole("link", { name: "Audience", exact: true }).click();
    await page.getByRole("button", { name: "Include a list or segment" }).click();
    await page.getByRole("menuitem", { name: "Readers" }).click();
    await expect(page.getByText("of 8 in the audience")).toBeVisible();
    await page.getByRole("link", { name: "Settings", exact: true }).last().click();
    await page.getByLabel("No limits").click();
    await page.getByRole("button", { name: "Save settings" }).click();
    await expect(page.getByText("Settings saved.")).toBeVisible();
    await page.getByRole("link", { name: "Review", exact: true }).click();
    await expect(page.getByText("is tested on 4 people")).toBeVisible();
    await expect(
      page.getByText(/4 people get it from then on, as the sample of its test; the others/),
    ).toBeVisible();
    await launchCampaign(page);
  });

  const variants = page.getByRole("table", { name: "Variants" });
  await test.step("half of them have a variant, the others wait", async () => {
    await expectMails(unique, 4);
    await expect(page.getByText("4 contacts wait for the winner.")).toBeVisible({ timeout: 20_000 });
    await expect(variants.getByRole("row")).toHaveCount(3);
    await expect(page.getByText("Waiting for the winner of the test on this email.").first()).toBeVisible();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  await test.step("the winner goes to everybody else", async () => {
    await page.getByRole("button", { name: "Pick the winner" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByLabel("Variant", { exact: true }).selectOption({ label: "Variant B" });
    await dialog.getByRole("button", { name: "Send it to the others" }).click();
    await expect(page.getByText("Variant B was picked by hand.")).toBeVisible();
    await expectMails(unique, 8);
    const subjects = (await mailsAbout(unique)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.startsWith("Bold"))).toHaveLength(6);
    await expect(page.getByText("Completed").first()).toBeVisible({ timeout: 20_000 });
    await expect(variants.first()).toContainText("Winner");
  });
});
