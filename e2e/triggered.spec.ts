import { sql } from "drizzle-orm";
import { createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { expect, test } from "./fixtures.ts";
import { launchCampaign } from "./launching.ts";
import { mailsAbout, readMail } from "./sandbox.ts";

test("a campaign that an HTTP event starts is made with a file, launched, and takes in whom the event names, once", async ({
  workspace,
  signedInPage: page,
  request,
}) => {
  const unique = workspace.workspaceId.slice(-8);
  const buyer = `buyer-${unique}@people.test`;
  await withTenant(workspace.scope, (tx) => createContacts(tx, [{ email: buyer, firstName: "Ada" }]));

  await page.goto(`/${workspace.slug}/settings/api-keys`);
  await page.getByRole("button", { name: "New key" }).first().click();
  await page.getByLabel("Name").fill("Web shop");
  await page.getByRole("button", { name: "Make the key" }).click();
  const key = await page
    .getByRole("dialog")
    .getByText(/^postroad_/)
    .innerText();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("table", { name: "API keys" })).toContainText("Web shop");
  await page.reload();
  await expect(page.getByText(key)).toHaveCount(0);

  await page.goto(`/${workspace.slug}/campaigns/new`);
  await page.getByLabel("Name").fill("After the order");
  await page.getByRole("radio", { name: /Triggered/ }).check();
  await page.getByRole("button", { name: "Create campaign" }).click();
  await page.getByLabel("Subject").fill(`Thank you ${unique}, {{ first_name }}`);
  await page.getByRole("textbox", { name: /Body/ }).fill("<p>Your order is on its way.</p>");
  const terms = Buffer.from("%PDF-1.4 thirty days to return it");
  const files = page.getByRole("region", { name: "Files" });
  for (const name of ["Wrong one.pdf", "Terms of return.pdf"]) {
    const chooser = page.waitForEvent("filechooser");
    await files.getByRole("button", { name: "Attach a file" }).press("Enter");
    await (await chooser).setFiles({ name, mimeType: "application/pdf", buffer: terms });
    await expect(files.getByRole("listitem").filter({ hasText: name })).toBeVisible();
  }
  await files.getByRole("button", { name: "Remove Wrong one.pdf" }).press("Enter");
  await expect(files.getByRole("listitem")).toHaveCount(1);
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();

  await page.getByRole("link", { name: "Trigger", exact: true }).click();
  await page.getByRole("button", { name: "Add a trigger" }).click();
  await page.getByRole("menuitem", { name: /An event arrives/ }).click();
  await page.getByRole("link", { name: "Review", exact: true }).click();
  await expect(page.getByText("names no event: type the name that your system sends.")).toBeVisible();
  await page.getByRole("link", { name: "Trigger", exact: true }).click();
  await page.getByLabel("Name of the event").fill("order.placed");
  await page.getByLabel("Name of the event").press("Enter");
  await withTenant(workspace.scope, (tx) => tx.execute(sql`update campaign_settings set no_limits = true`));
  await page.getByRole("link", { name: "Review", exact: true }).click();
  await expect(page.getByText("Whoever does “order.placed”")).toBeVisible();
  await launchCampaign(page);
  await expect(page.getByText("Running, and open to whoever comes.")).toBeVisible();

  const send = (body: Record<string, unknown>, secret = key) =>
    request.post(`${env.APP_URL}/api/v1/events`, {
      headers: { authorization: `Bearer ${secret}` },
      data: { id: "order-1", name: "order.placed", email: buyer, ...body },
    });
  expect((await send({}, "postroad_not-a-key-of-anybody")).status()).toBe(401);
  const refused = await send({ emial: "x" });
  expect(refused.status()).toBe(400);
  expect(await refused.json()).toMatchObject({ code: "invalid", message: "Unknown field: emial." });
  const first = await send({});
  expect(first.status()).toBe(202);
  expect(await first.json()).toMatchObject({ campaigns: 1, duplicate: false });
  expect((await send({})).status()).toBe(200);

  await expect(page.getByText("1 enrolled")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("table", { name: "People" })).toContainText("Completed", { timeout: 20_000 });
  const mails = await mailsAbout(unique);
  expect(mails.map(({ to, subject }) => [to, subject])).toEqual([[buyer, `Thank you ${unique}, Ada`]]);
  const { source } = await readMail(mails[0]?.id ?? "");
  expect(source).toContain('filename="Terms of return.pdf"');
  expect(source).toContain(terms.toString("base64"));
  expect(source).not.toContain("Wrong one");
  await expect(page.getByText("Running, and open to whoever comes.")).toBeVisible();
});
