import type { Locator, Page } from "@playwright/test";
import { expect, moveClock, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { importSample } from "./importing.ts";
import { expectMails, readMail, setRobot } from "./sandbox.ts";

const offer = "https://www.example.com/offer";
const body = (words: string) =>
  `<p>Hello {{ first_name | default: "there" }}, ${words}</p><p><a href="${offer}">See the offer</a></p>`;

test.beforeAll(() => setRobot({ robotOn: false }));

test("a new user imports contacts, runs a drip, and every number moves and adds up", async ({ page }) => {
  test.setTimeout(240_000);
  const unique = Date.now().toString(36);
  const subject = (words: string) => `${words} ${unique}`;

  const account = { email: `nora.${unique}@example.test`, password: "four unrelated words here" };

  await test.step("registers and gets a workspace", async () => {
    await page.goto("/register");
    await page.getByLabel("Your name").fill("Nora New");
    await page.getByLabel("Company or team").fill(`Nora ${unique}`);
    await page.getByLabel("Email").fill(account.email);
    await page.getByLabel("Password", { exact: true }).fill(account.password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page).toHaveURL(/\/nora-/);
  });
  const home = new URL(page.url()).pathname;

  await test.step("gives the postal address that every mail must show", async () => {
    await page.goto(`${home}/settings`);
    await page.getByLabel("Postal address").fill("Nora Ltd, 1 Main Street, Springfield");
    await page.getByRole("button", { name: /save/i }).first().click();
    await expect(page.getByText(/saved/i).first()).toBeVisible();
  });

  const { created } = await importSample(page, home, { list: `Prospects ${unique}` });

  await test.step("builds a drip with a wait and two branches", async () => {
    await page.goto(`${home}/campaigns/new`);
    await page.getByLabel("Name").fill(`Welcome ${unique}`);
    await page.getByRole("button", { name: "Create campaign" }).click();
    await expect(page).toHaveURL(/\/edit$/);
    // A new campaign begins with an email, and its editor is open.
    await fillEmail(page, subject("First"), body("welcome."));
    await add(page.getByRole("list", { name: "Steps" }), "at the end", "Wait");
    await page.getByLabel("How long").fill("3");
    await page.getByLabel("Unit").selectOption("days");
    await saved(page);
    await add(page.getByRole("list", { name: "Steps" }), "at the end", "Condition");
    await page.getByLabel("Field", { exact: true }).selectOption("email_clicked");
    await saved(page);
    await add(page.getByRole("list", { name: "Yes branch of step 3" }), "at the end", "Email");
    await fillEmail(page, subject("Keen"), body("you looked."));
    await add(page.getByRole("list", { name: "No branch of step 3" }), "at the end", "Email");
    await fillEmail(page, subject("Quiet"), body("have a look."));
    await add(page.getByRole("list", { name: "No branch of step 3" }), "at the end", "Action");
    await page.getByLabel("Tag", { exact: true }).fill("quiet");
    await saved(page);
  });
  const edit = new URL(page.url()).pathname;

  await test.step("chooses audience and pace, and launches", async () => {
    await page.goto(`${edit}/audience`);
    await page.getByRole("button", { name: "Include a list or segment" }).click();
    await page.getByRole("menuitem", { name: `Prospects ${unique}` }).click();
    await expect(page.getByText(`${created}`).first()).toBeVisible();
    await page.goto(`${edit}/settings`);
    await page.getByLabel("No limits").click();
    await page.getByRole("button", { name: "Save settings" }).click();
    await expect(page.getByText("Settings saved.")).toBeVisible();
    await page.goto(`${edit}/review`);
    await launchCampaign(page);
    await expect(page).toHaveURL(edit.replace(/\/edit$/, ""));
  });
  await expect(stat(page, "People")).toContainText(String(created), { timeout: 30_000 });
  await expect(stat(page, "Sent")).toContainText(String(created), { timeout: 60_000 });
  const mails = await expectMails(subject("First"), created);
  expect(new Set(mails.map(({ to }) => to)).size).toBe(created);

  await test.step("a scanner calls a mail’s links by every verb, and nothing comes of it", async () => {
    const scanned = await readMail(mails[2]?.id ?? "");
    const ours = scanned.links.filter((link) => /\/(t|u|p)\//.test(link));
    expect(ours.some((link) => link.includes("/u/"))).toBe(true);
    for (const link of ours) {
      // What asks for the target of a link a while after the delivery may be a person, and one-click is a POST.
      const asks = link.includes("/t/") ? "POST" : "GET";
      for (const method of [asks, "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
        expect((await page.request.fetch(link, { method, maxRedirects: 0 })).status()).toBeLessThan(500);
    }
  });

  await test.step("one clicks, another one unsubscribes", async () => {
    const [clicker, leaver] = await Promise.all(mails.slice(0, 2).map(({ id }) => readMail(id)));
    expect(clicker?.headers["list-unsubscribe-post"]).toBe("List-Unsubscribe=One-Click");
    expect(clicker?.text).toContain("1 Main Street");
    // Whoever follows a link within seconds of the delivery is taken for a scanner.
    await moveClock("5 minutes");
    const link = clicker?.links.find((each) => each.includes("/t/c/")) ?? "";
    const followed = await page.request.get(link, { maxRedirects: 0 });
    expect(followed.headers()["location"]).toBe(offer);

    const way = leaver?.links.find((each) => each.includes("/u/")) ?? "";
    const head = await page.request.head(way);
    expect(head.ok()).toBe(true);
    const visitor = await page.context().browser()?.newPage();
    if (!visitor) throw new Error("The test needs a browser.");
    await visitor.goto(way);
    await visitor.getByRole("button", { name: /unsubscribe/i }).click();
    await expect(visitor.getByText(/unsubscribed/i).first()).toBeVisible();
    await visitor.close();
  });
  await expect(stat(page, "Clicked")).toContainText("1", { timeout: 30_000 });
  await expect(stat(page, "Unsubscribed")).toContainText("1", { timeout: 30_000 });

  await test.step("three days later both branches have their mail, the one who left has none", async () => {
    // An open page would notice the end of its session, and turn to the sign-in by itself.
    const live = page.url();
    await page.goto("about:blank");
    await moveClock("3 days 1 hour");
    await expectMails(subject("Keen"), 1, 60_000);
    const quiet = await expectMails(subject("Quiet"), created - 2, 60_000);
    const left = mails[1]?.to;
    expect(quiet.map(({ to }) => to)).not.toContain(left);
    await page.goto(live);
  });

  await test.step("the campaign completes and its numbers add up", async () => {
    // Nobody stays signed in over three idle days.
    await page.getByLabel("Email").fill(account.email);
    await page.getByLabel("Password", { exact: true }).fill(account.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(/\/campaigns\//);
    await expect(page.getByText("Completed: everybody has come to an end")).toBeVisible({ timeout: 90_000 });
    const sent = created + 1 + (created - 2);
    await expect(stat(page, "Sent")).toContainText(sent.toLocaleString("en"));
    await expect(stat(page, "Delivered")).toContainText(sent.toLocaleString("en"));
    await page.goto(`${home}/contacts?q=${encodeURIComponent(mails[1]?.to ?? "")}`);
    await expect(page.getByRole("cell", { name: "Unsubscribed" })).toBeVisible();
  });
});

async function add(list: Locator, place: string, type: string): Promise<void> {
  const page = list.page();
  const before = await page.getByRole("button", { name: /^Actions for step/ }).count();
  await list
    .getByRole("button", { name: `Add a step ${place}` })
    .last()
    .click();
  await page.getByRole("menuitem", { name: new RegExp(`^${type}`) }).click();
  await expect(page.getByRole("button", { name: /^Actions for step/ })).toHaveCount(before + 1);
  await expect(page.getByRole("heading", { name: new RegExp(`Step \\d+ · ${type}`) })).toBeVisible();
}

async function fillEmail(page: Page, subject: string, html: string): Promise<void> {
  await page.getByLabel("Subject").fill(subject);
  await page.getByRole("button", { name: "HTML", exact: true }).click();
  await page.getByRole("textbox", { name: "Body" }).fill(html);
  await saved(page);
}

/** The editor saves by itself; what is typed next must not outrun it. */
const saved = (page: Page) => expect(page.getByText("Saved", { exact: true })).toBeVisible();

const stat = (page: Page, label: string) =>
  page.locator("dl > div", { has: page.getByText(label, { exact: true }) }).first();
