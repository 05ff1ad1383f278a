import type { Page } from "@playwright/test";
import { createCampaign, createContact, createList, createSegment, createTemplate } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";
import { seriousFindings } from "./scan.ts";

const rules = { version: 1, match: "all", rules: [{ field: "country", operator: "equals", value: "DE" }] };

type Ids = Record<"contact" | "list" | "segment" | "template" | "campaignId" | "launched", string>;

const pages: Record<string, (ids: Ids) => string[]> = {
  "of campaigns and contacts": (ids) => [
    "",
    "/campaigns",
    "/analytics",
    "/analytics/messages",
    "/campaigns/new",
    "/campaigns/new/guide",
    `/campaigns/${ids.campaignId}/edit`,
    `/campaigns/${ids.campaignId}/edit/audience`,
    `/campaigns/${ids.campaignId}/edit/goals`,
    `/campaigns/${ids.campaignId}/edit/settings`,
    `/campaigns/${ids.campaignId}/edit/review`,
    `/campaigns/${ids.launched}`,
    `/campaigns/${ids.launched}/messages`,
    "/contacts",
    `/contacts/${ids.contact}`,
    `/contacts/${ids.contact}/edit`,
    "/contacts/new",
    "/contacts/edits",
    "/tasks",
    "/drafts",
  ],
  "of lists, files, templates and settings": (ids) => [
    "/suppressions",
    "/lists",
    `/lists/${ids.list}`,
    "/segments",
    `/segments/${ids.segment}`,
    `/segments/${ids.segment}/members`,
    "/segments/new",
    "/imports",
    "/imports/new",
    "/imports/schedules",
    "/imports/schedules/new",
    "/exports",
    "/templates",
    "/templates/new",
    `/templates/${ids.template}`,
    `/templates/${ids.template}/versions`,
    "/settings",
    "/settings/members",
    "/settings/api-keys",
    "/settings/mailboxes",
    "/settings/domains",
    "/settings/sending",
    "/settings/fields",
    "/settings/scoring",
    "/settings/organization",
    "/settings/account",
    "/nowhere",
  ],
};

for (const [name, pathsOf] of Object.entries(pages)) {
  test(`no page ${name} has a serious accessibility finding, or runs off a phone`, async ({
    workspace,
    signedInPage: page,
  }) => {
    test.setTimeout(240_000);
    const ids = await withTenant(workspace.scope, async (tx) => {
      const contact = await createContact(tx);
      const list = await createList(tx, { contactIds: [contact] });
      const segment = await createSegment(tx, { name: "Germans", rules });
      const template = await createTemplate(tx);
      const { campaignId } = await createCampaign(tx, {
        steps: [{ stepType: "email", subjectLine: "Hello", emailContent: "<p>Hello</p>" }],
      });
      const { campaignId: launched } = await createCampaign(tx, {
        status: "paused",
        launchedAt: new Date("2026-01-01T00:00:00Z"),
        steps: [{ stepType: "email", subjectLine: "Hello", emailContent: "<p>Hello</p>" }],
      });
      return { contact, list, segment, template, campaignId, launched };
    });
    for (const path of pathsOf(ids)) {
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await page.goto(`/${workspace.slug}${path}`);
      await expect(page.getByRole("heading", { level: 1 }), path).toBeVisible();
      await expect(page.locator("main .animate-pulse")).toHaveCount(0);
      await expect(page.getByText("This page could not be shown"), path).toHaveCount(0);
      expect(await seriousFindings(page), path || "home").toEqual([]);
      await expectRoomOnPhone(page, path || "home");
      // In the dark the page is the same but for its colours.
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      expect(await seriousFindings(page, ["color-contrast"]), `${path || "home"}, dark`).toEqual([]);
    }
  });
}

test("the windows of bulk actions and of erasing have no serious accessibility finding", async ({
  workspace,
  signedInPage: page,
}) => {
  const id = await withTenant(workspace.scope, (tx) => createContact(tx, { email: "ada@example.test" }));
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`/${workspace.slug}/contacts`);
  await page.getByLabel("Select all on this page").check();
  const bar = page.getByRole("region", { name: "Selection" });
  const scanned = async (title: RegExp) => {
    await expect(
      page.getByRole("dialog").or(page.getByRole("alertdialog")).filter({ hasText: title }),
    ).toBeVisible();
    expect(await seriousFindings(page), String(title)).toEqual([]);
    await page.keyboard.press("Escape");
  };
  for (const name of ["Tag", "Add to list"]) {
    await bar.getByRole("button", { name, exact: true }).click();
    await scanned(/1 contact/);
  }
  for (const name of ["Set a field", "Set the stage", "Unsubscribe", "Delete"]) {
    await bar.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name, exact: true }).click();
    await scanned(/1 contact/);
  }
  await page.goto(`/${workspace.slug}/contacts/${id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Erase for good" }).click();
  await scanned(/Erase ada@example.test/);
});

test("the pages for signed-out people have no serious accessibility finding", async ({ page }) => {
  const paths = [
    "/login",
    "/register",
    "/forgot-password",
    "/reset-password?token=old",
    "/invite/old",
    "/u/old",
  ];
  for (const path of paths) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 }), path).toBeVisible();
    expect(await seriousFindings(page), path).toEqual([]);
  }
});

/** Nothing runs off a phone's screen to the right. */
async function expectRoomOnPhone(page: Page, path: string): Promise<void> {
  await page.setViewportSize({ width: 375, height: 812 });
  const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect.poll(overhang, `${path} at 375 px`).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 720 });
}
