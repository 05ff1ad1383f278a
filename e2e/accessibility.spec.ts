import AxeBuilder from "@axe-core/playwright";
import { createCampaign, createContact, createList, createSegment, createTemplate } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, test } from "./fixtures.ts";

const rules = { version: 1, match: "all", rules: [{ field: "country", operator: "equals", value: "DE" }] };

for (const colorScheme of ["light", "dark"] as const) {
  test(`no page has a serious accessibility finding (${colorScheme})`, async ({
    workspace,
    signedInPage: page,
  }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const ids = await withTenant(workspace.scope, async (tx) => {
      const contact = await createContact(tx);
      const list = await createList(tx, { contactIds: [contact] });
      const segment = await createSegment(tx, { name: "Germans", rules });
      const template = await createTemplate(tx);
      const { campaignId } = await createCampaign(tx, {
        steps: [{ stepType: "email", subjectLine: "Hello", emailContent: "<p>Hello</p>" }],
      });
      return { contact, list, segment, template, campaignId };
    });
    const paths = [
      "",
      "/campaigns",
      "/campaigns/new",
      `/campaigns/${ids.campaignId}/edit`,
      `/campaigns/${ids.campaignId}/edit/audience`,
      `/campaigns/${ids.campaignId}/edit/settings`,
      `/campaigns/${ids.campaignId}/edit/review`,
      "/contacts",
      `/contacts/${ids.contact}`,
      "/contacts/new",
      "/contacts/edits",
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
      "/settings/mailboxes",
      "/settings/fields",
      "/settings/scoring",
      "/settings/organization",
      "/settings/account",
    ];
    for (const path of paths) {
      await page.goto(`/${workspace.slug}${path}`);
      await expect(page.getByRole("heading", { level: 1 }), path).toBeVisible();
      await expect(page.locator("main .animate-pulse")).toHaveCount(0);
      // Previews of emails are sealed off from scripts, axe's too.
      const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
      const serious = violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
      expect(serious, path || "home").toEqual([]);
    }
  });
}

test("the pages for signed-out people have no serious accessibility finding", async ({ page }) => {
  for (const path of ["/login", "/register", "/forgot-password"]) {
    await page.goto(path);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.filter(({ impact }) => impact === "serious" || impact === "critical"),
      path,
    ).toEqual([]);
  }
});
