import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { withoutTenant } from "#db/client";
import { createCampaign, createContact, createTemplate } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, signIn, test } from "./fixtures.ts";
import { mailsAbout, readMail } from "./sandbox.ts";
import { accessibilityFindings } from "./scan.ts";

/** A picture of one pixel. */
const dot =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

test("a template is made of blocks by mouse and keyboard, seen as a contact, and its test arrives", async ({
  workspace,
  signedInPage: page,
  request,
}) => {
  test.setTimeout(90_000);
  await withTenant(workspace.scope, async (tx) => {
    await createContact(tx, {
      email: "zoe@people.test",
      firstName: "Zoe",
      lastName: "Quint",
      company: "Acme",
    });
    await createContact(tx, { email: "nobody@people.test", firstName: "", lastName: "", company: null });
  });
  const subject = `News of ${workspace.slug}`;
  await page.goto(`/${workspace.slug}/templates/new`);
  await page.getByLabel("Name").fill("Newsletter");
  await page.getByLabel("Subject").fill(subject);
  const body = page.getByRole("textbox", { name: "Body" });
  const mode = (name: string) => page.getByRole("button", { name, exact: true });

  // Letters never take the place of a block that is chosen as a whole.
  await body.getByText("Your company").click();
  await page.keyboard.type("PS");
  await expect(body).toContainText(/unsubscribe link.*PS/s);
  await body.locator("p").first().click();
  await page.keyboard.type("Dear ");
  await page.getByRole("button", { name: "Insert a field" }).press("Enter");
  await page.getByRole("menuitem", { name: "First name" }).press("Enter");
  await expect(body).toContainText('{{ first_name | default: "there" }}');
  await page.keyboard.type(" at {{ company }} & co");
  await page.getByRole("button", { name: "Add block" }).press("Enter");
  await page.getByRole("menuitem", { name: "Button" }).press("Enter");
  await page.getByLabel("The button leads to").fill("example.com/shop");
  await page.getByLabel("The button leads to").press("Enter");
  await page.getByRole("button", { name: "Add block" }).click();
  await page.getByRole("menuitem", { name: "HTML" }).click();
  const raw = "<center>Raw {{ city|nowhere }}</CENTER>";
  await page.getByLabel("HTML of this block").fill(raw);
  await body.getByText("Read more").click();
  await page.keyboard.press("Alt+ArrowUp");
  await expect(body).toContainText(/Read more.*Dear/s);
  expect(await accessibilityFindings(page)).toEqual([]);

  const blocksNow = () =>
    body.evaluate((paper) =>
      [...paper.children].map((block) => [
        block.tagName,
        block.textContent,
        block.getAttribute("data-attrs"),
      ]),
    );
  const blocks = await blocksNow();
  expect(blocks).toHaveLength(5);
  await mode("HTML").click();
  await expect(body).toContainText('name="postroad-blocks"');
  await mode("Blocks").click();
  await expect(body).toContainText("Read more");
  expect(await blocksNow()).toEqual(blocks);

  await page.getByRole("button", { name: "Add block" }).click();
  await page.getByRole("menuitem", { name: "Picture" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Picture to upload").setInputFiles({
    name: "shop.png",
    mimeType: "image/png",
    buffer: Buffer.from(dot, "base64"),
  });
  await dialog.getByLabel("Says, where pictures are off").fill("Our shop");
  expect(await accessibilityFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Put it into the email" }).click();
  await expect(body.getByRole("img", { name: "Our shop" })).toBeVisible();

  await page.getByRole("combobox", { name: "Seen by" }).click();
  await page.getByPlaceholder("Search").fill("quint");
  await page.getByRole("option", { name: /Zoe Quint/ }).click();
  await page.getByRole("tab", { name: "Text" }).click();
  await expect(page.getByRole("tabpanel", { name: "Text" })).toContainText("Dear Zoe at Acme & co");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.getByText("A gap for 1 contact")).toBeVisible();

  // Somebody made up, whose fields are typed.
  await page.getByRole("combobox", { name: "Seen by" }).press("Enter");
  await page.getByRole("option", { name: /Somebody else/ }).click();
  const json = page.getByLabel("Their fields, as JSON");
  await expect(page.getByRole("tabpanel", { name: "Text" })).toContainText("Dear Ana at Acme & co");
  await json.fill('{\n  "first_name": "Bo" }, "company": "Bo & Sons"\n}');
  await expect(page.getByText("Line 2, column 23: Expected nothing more, found “,”.")).toBeVisible();
  expect(await accessibilityFindings(page)).toEqual([]);
  await json.fill('{ "firstName": "Bo", "company": "Bo & Sons", "compani": "x" }');
  await expect(page.getByRole("tabpanel", { name: "Text" })).toContainText("Dear Bo at Bo & Sons & co");
  await expect(page.getByText("No field is called compani. Did you mean company?")).toBeVisible();
  await page.getByRole("combobox", { name: "Seen by" }).click();
  await page.getByPlaceholder("Search").fill("quint");
  await page.getByRole("option", { name: /Zoe Quint/ }).click();
  await expect(page.getByRole("tabpanel", { name: "Text" })).toContainText("Dear Zoe at Acme & co");

  await page.getByLabel("Send a test to").fill("me@people.test");
  await page.getByRole("button", { name: "Send test" }).click();
  await expect(page.getByText("On its way to me@people.test.")).toBeVisible();
  const [mail] = await mailsAbout(subject);
  const arrived = await readMail(mail?.id ?? "");
  expect(arrived.subject).toBe(`[Test] ${subject}`);
  expect(arrived.html).toContain("Dear Zoe at Acme &amp; co");
  expect(arrived.html).toContain("<center>Raw nowhere</CENTER>");
  expect(arrived.links).toContain("https://example.com/shop");

  const [, picture = ""] = /<img src="([^"]+)" alt="Our shop"/.exec(arrived.html ?? "") ?? [];
  const served = await request.get(picture);
  expect([served.status(), served.headers()["content-type"]]).toEqual([200, "image/png"]);
  expect((await served.body()).toString("base64")).toBe(dot);

  await page.getByRole("button", { name: "Create template" }).click();
  await expect(page).toHaveURL(/templates\/[0-9a-f-]{36}$/);
  await expect(body).toContainText(/Read more.*Dear/s);
  await mode("HTML").click();
  await body.fill("<p>One</p>\n<p>{{ first_name | upcas }}</p>");
  const marked = page.locator(".cm-line", { has: page.locator(".cm-lintRange-error") });
  await expect(marked).toHaveText("<p>{{ first_name | upcas }}</p>");
  await page.getByRole("button", { name: "Line 2, column 4" }).press("Enter");
  await expect(body).toBeFocused();
});

test("what two people write in a template is theirs to decide; versions are compared, and a step is told of a newer one", async ({
  workspace,
  signedInPage: page,
}) => {
  const { templateId, campaignId } = await withTenant(workspace.scope, async (tx) => {
    const made = await createTemplate(tx, { name: "Letter", subject: "First", html: "<p>First words</p>" });
    const step = {
      subjectLine: "First",
      emailContent: "<p>First words</p>",
      templateId: made,
      templateVersion: 1,
    };
    return {
      templateId: made,
      ...(await createCampaign(tx, {
        emailAccountId: workspace.emailAccountId,
        steps: [{ stepType: "email", ...step }],
      })),
    };
  });
  const template = `/${workspace.slug}/templates/${templateId}`;
  await page.goto(template);
  const other = await page.context().newPage();
  await other.goto(template);
  const meanwhile = "Somebody saved this template meanwhile";

  // It saves itself when the hand rests; the other tab is behind then, and keeps its own text on top.
  await page.getByLabel("Subject").fill("Second");
  await expect(page.getByText("Saved as version 2")).toBeVisible();
  await other.getByLabel("Subject").fill("Third");
  await expect(other.getByText(meanwhile)).toBeVisible();
  expect(await accessibilityFindings(other)).toEqual([]);
  await other.getByRole("button", { name: "Keep my text" }).click();
  await expect(other.getByText("Saved as version 3")).toBeVisible();
  await page.getByLabel("Subject").fill("Given up");
  await expect(page.getByText(meanwhile)).toBeVisible();
  await page.getByRole("button", { name: "Load theirs" }).click();
  await expect(page.getByLabel("Subject")).toHaveValue("Third");
  await expect(page.getByText("Saved as version 3")).toBeVisible();

  // As it is seen on a phone, and at night.
  const mail = page.locator("iframe").first();
  await page.getByRole("button", { name: "On a phone" }).click();
  await expect(mail).toHaveCSS("width", "375px");
  await page.getByRole("button", { name: "On a tablet" }).click();
  await expect(mail).toHaveCSS("width", "768px");
  await page.getByRole("button", { name: "In dark mode" }).click();
  await expect(mail).toHaveCSS("color-scheme", "dark");
  await expect(mail.contentFrame().locator("html")).toHaveCSS("filter", /invert/);
  await page.getByRole("button", { name: "On a computer" }).click();
  await expect(mail).not.toHaveCSS("width", "768px");

  await page.goto(`${template}/versions?number=1`);
  await page.getByRole("link", { name: "Compare with the newest" }).click();
  const compared = page.getByRole("region", { name: "Version 1" });
  await expect(compared.getByText("First", { exact: true })).toBeVisible();
  await expect(compared.getByText("Third", { exact: true })).toBeVisible();
  expect(await accessibilityFindings(page)).toEqual([]);

  // A step keeps its copy until somebody takes over what is new.
  await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit`);
  await expect(page.getByText("This step has version 1, the template is at version 3.")).toBeVisible();
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Update the step" }).click();
  await expect(page.getByLabel("Subject", { exact: true })).toHaveValue("Third");
  await expect(page.getByText("was changed since it was copied here")).toBeHidden();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
});

test("people comment on a template, one asks for its approval and another gives it, and it is found by what it is for", async ({
  browser,
  workspace,
  signedInPage: page,
}) => {
  test.setTimeout(90_000);
  const email = `${v7()}@example.test`;
  const [second] = await withoutTenant((tx) =>
    tx.execute<{ id: string }>(
      sql`insert into users (email, name) values (${email}, 'Mona Manager') returning id`,
    ),
  );
  const manager = second?.id ?? "";
  const { id, campaignId } = await withTenant(workspace.scope, async (tx) => {
    await tx.execute(
      sql`insert into tenant_users (user_id, email, roles) values (${manager}::uuid, ${email}, '{member}')`,
    );
    await tx.execute(
      sql`insert into workspace_members (workspace_id, user_id, role) values (${workspace.workspaceId}::uuid, ${manager}::uuid, 'admin')`,
    );
    return {
      id: await createTemplate(tx, { name: "Letter" }),
      ...(await createCampaign(tx, {
        emailAccountId: workspace.emailAccountId,
        steps: [{ stepType: "email", subjectLine: "Hello", emailContent: "<p>Hello</p>" }],
      })),
    };
  });
  const template = `/${workspace.slug}/templates/${id}`;
  await page.goto(template);
  await page.getByLabel("Your comment").fill("Shorter, please.");
  await page.getByRole("button", { name: "Comment", exact: true }).press("Enter");
  const comment = page.getByRole("list", { name: "Comments" }).getByRole("listitem");
  await expect(comment).toContainText("Shorter, please.");
  await expect(page.getByLabel("Your comment")).toHaveValue("");
  await page.getByRole("button", { name: "More for this template" }).click();
  await page.getByRole("menuitem", { name: "Category, folder and tags" }).click();
  await page.getByRole("dialog").getByLabel("Category").selectOption("Newsletter");
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.goto(`/${workspace.slug}/templates`);
  await page.getByLabel("Category").selectOption("Newsletter");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/category=Newsletter/);
  const row = page.getByRole("row", { name: /Letter/ });
  await expect(row).toContainText("1 open comment");
  await page.goto(template);
  await page.getByRole("button", { name: /^Mark as done/ }).click();
  await expect(comment).toContainText("Done");
  await page.getByRole("button", { name: /^Delete the comment/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete comment" }).click();
  await expect(page.getByText("Nobody has said anything yet.")).toBeVisible();

  await page.getByRole("button", { name: "Ask for approval" }).press("Enter");
  await page.getByRole("dialog").getByLabel("A word with it").fill("For the spring sale");
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Ask" }).press("Enter");
  const approval = page.getByRole("region", { name: "Approval" });
  await expect(approval).toContainText("Waits for Mona Manager.");
  await expect(approval.getByRole("button", { name: "Approve" })).toBeHidden();

  const context = await browser.newContext();
  const other = await context.newPage();
  await signIn(other, manager);
  await other.goto(template);
  await other.getByRole("button", { name: "Approve" }).press("Enter");
  await other.getByRole("dialog").getByRole("button", { name: "Approve" }).press("Enter");
  await expect(other.getByRole("region", { name: "Approval" })).toContainText("Approved as it is.");
  expect(await accessibilityFindings(other)).toEqual([]);
  await context.close();
  await page.goto(`/${workspace.slug}/campaigns/${campaignId}/edit`);
  await expect(page.getByRole("option", { name: "Letter (approved)" })).toBeAttached();

  // A step is seen as somebody made up, too.
  await page.getByRole("tab", { name: "Preview and test" }).click();
  await page.getByRole("combobox", { name: "Seen by" }).click();
  await page.getByRole("option", { name: /Somebody else/ }).click();
  await page.getByLabel("Their fields, as JSON").fill('{ "email": "bo@people.test", "plann": "pro" }');
  await expect(page.getByText("No field is called plann")).toBeVisible();
  await expect(page.getByText("bo@people.test", { exact: true })).toBeVisible();
  expect(await accessibilityFindings(page)).toEqual([]);
});
