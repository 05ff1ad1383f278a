import { createCampaign, createContact, createList, createTemplate, createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, signIn, test } from "./fixtures.ts";

/** Pages of a workspace that need nothing but the workspace. */
const pages = [
  "",
  "/campaigns",
  "/campaigns/new",
  "/contacts",
  "/contacts/new",
  "/lists",
  "/segments",
  "/imports",
  "/imports/new",
  "/templates",
  "/settings",
  "/settings/members",
  "/settings/mailboxes",
];

test("a member of another tenant, or of another workspace, meets 404 everywhere", async ({
  browser,
  workspace,
  signedInPage: page,
}) => {
  const other = await createWorkspace(workspace);
  const ids = await withTenant(workspace.scope, async (tx) => ({
    contact: await createContact(tx, { email: "secret@example.test" }),
    list: await createList(tx, { name: "Secret list" }),
    template: await createTemplate(tx),
    ...(await createCampaign(tx, { name: "Secret campaign" })),
  }));
  const own = [
    `/contacts/${ids.contact}`,
    `/lists/${ids.list}`,
    `/templates/${ids.template}`,
    `/campaigns/${ids.campaignId}/edit`,
  ];

  // The owner sees the rows in their workspace, so that a 404 below is about the asker.
  for (const path of own) {
    const answer = await page.request.get(`/${workspace.slug}${path}`);
    expect(answer.status(), path).toBe(200);
  }
  for (const path of own) {
    const answer = await page.request.get(`/${other.slug}${path}`);
    expect(answer.status(), `${path} in another workspace`).toBe(404);
    expect(await answer.text()).not.toMatch(/secret/i);
  }

  const stranger = await browser.newPage();
  const { createTenant } = await import("#db/factories");
  await signIn(stranger, (await createTenant()).userId);
  for (const path of [...pages, ...own]) {
    const answer = await stranger.request.get(`/${workspace.slug}${path}`);
    expect(answer.status(), `${path} for a stranger`).toBe(404);
    expect(await answer.text()).not.toMatch(/secret/i);
  }
  await stranger.close();
});
