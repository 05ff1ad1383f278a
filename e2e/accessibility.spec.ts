import type { Page } from "@playwright/test";
import { createContact, createTenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { pagesOfWorkspace, type Rows, routes, rowsForPages } from "./every-page.ts";
import { expect, moveClock, signIn, test } from "./fixtures.ts";
import { accessibilityFindings } from "./scan.ts";

/** Of no workspace; the operators' pages have a test of their own below. */
const elsewhere = "/workspaces/new";
const operators = ["/operator", "/operator/functions", "/operator/runs/[run]"];

test("no page of the product is left out here", () => {
  const name = new Proxy({}, { get: (_, of) => `[${String(of)}]` }) as Rows;
  const scanned = new Set(
    Object.values(pagesOfWorkspace)
      .flatMap((pages) => pages(name))
      .map((page) => `/[workspace]${page.split("?")[0]}`),
  );
  const known = (route: string) => [...scanned].some((page) => page.replaceAll(/\[\w+\]/g, "[]") === route);
  const left = routes().filter((route) => !known(route.replaceAll(/\[\w+\]/g, "[]")));
  expect(left.sort()).toEqual([...operators, elsewhere].sort());
});

for (const [name, pages] of Object.entries(pagesOfWorkspace)) {
  test(`no page ${name} has an accessibility finding, or runs off a phone`, async ({
    workspace,
    signedInPage: page,
  }) => {
    test.setTimeout(240_000);
    for (const path of pages(await rowsForPages(workspace)))
      await expectFit(page, `/${workspace.slug}${path}`);
  });
}

test("the windows of bulk actions and of erasing have no accessibility finding", async ({
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
    expect(await accessibilityFindings(page), String(title)).toEqual([]);
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

test("the page of no workspace has no accessibility finding", async ({ signedInPage: page }) => {
  await expectFit(page, elsewhere);
});

test("an operator sees every run, and nobody else that there are such pages; they read well and fit a phone", async ({
  page,
  workspace,
}) => {
  test.setTimeout(180_000);
  await signIn(page, workspace.userId);
  for (const path of ["/operator", "/operator/functions", "/operator/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV"])
    expect((await page.goto(path))?.status(), path).toBe(404);

  const { userId } = await createTenant({ user: { isOperator: true } });
  await signIn(page, userId);
  // The sweep is due.
  await moveClock("1 minute");
  await page.goto("/operator?status=completed");
  const first = page.getByRole("table", { name: "Runs" }).getByRole("link").first();
  await expect(first).toBeVisible({ timeout: 90_000 });
  await first.click();
  await expect(page.getByRole("heading", { name: "Steps" })).toBeVisible();
  const run = new URL(page.url()).pathname;
  await expectFit(page, run);
  for (const path of ["/operator", "/operator/functions"]) await expectFit(page, path);
});

test("the pages for signed-out people have no accessibility finding", async ({ page }) => {
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
    expect(await accessibilityFindings(page), path).toEqual([]);
  }
});

/** The page is there, reads well for everybody, in the light and in the dark, and fits a phone. */
async function expectFit(page: Page, path: string): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 }), path).toBeVisible();
  await expect(page.locator("main .animate-pulse")).toHaveCount(0);
  await expect(page.getByText("This page could not be shown"), path).toHaveCount(0);
  expect(await accessibilityFindings(page), path).toEqual([]);
  await expectRoomOnPhone(page, path);
  // In the dark the page is the same but for its colours.
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await expect.poll(() => accessibilityFindings(page, ["color-contrast"]), `${path}, dark`).toEqual([]);
}

/** Nothing runs off a phone's screen to the right. */
async function expectRoomOnPhone(page: Page, path: string): Promise<void> {
  await page.setViewportSize({ width: 375, height: 812 });
  const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect.poll(overhang, `${path} at 375 px`).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 720 });
}
