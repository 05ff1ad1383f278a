import {
  createCampaign,
  createContact,
  createList,
  createSegment,
  createTemplate,
  createTenant,
  createWorkspace,
} from "#db/factories";
import { withTenant } from "#db/tenancy";
import { expect, signIn, test } from "./fixtures.ts";

/** The heading of a page that is not there, or not for this person. */
const missing = "There is nothing here";

const everybody = { version: 1, match: "all", rules: [] };

/** Pages of a workspace that need nothing but the workspace. */
const pages = [
  "",
  "/campaigns",
  "/campaigns/new",
  "/contacts",
  "/contacts/new",
  "/contacts/edits",
  "/lists",
  "/segments",
  "/segments/new",
  "/suppressions",
  "/imports",
  "/imports/new",
  "/imports/schedules",
  "/exports",
  "/tasks",
  "/templates",
  "/templates/new",
  "/settings",
  "/settings/members",
  "/settings/mailboxes",
  "/settings/domains",
  "/settings/scoring",
  "/settings/fields",
  "/settings/organization",
  "/settings/sending",
  "/settings/account",
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
    segment: await createSegment(tx, { name: "Secret segment", rules: everybody }),
    template: await createTemplate(tx),
    ...(await createCampaign(tx, { name: "Secret campaign" })),
  }));
  const own = [
    `/contacts/${ids.contact}`,
    `/contacts/${ids.contact}/edit`,
    `/lists/${ids.list}`,
    `/segments/${ids.segment}`,
    `/segments/${ids.segment}/members`,
    `/templates/${ids.template}`,
    `/campaigns/${ids.campaignId}`,
    `/campaigns/${ids.campaignId}/edit`,
    `/campaigns/${ids.campaignId}/edit/review`,
  ];

  // The owner sees the rows in their workspace, so that a missing page below is about the asker.
  for (const path of own) {
    await page.goto(`/${workspace.slug}${path}`);
    await expect(page.getByRole("heading", { level: 1 }), path).not.toHaveText(missing);
  }
  for (const path of own) {
    await page.goto(`/${other.slug}${path}`);
    await expect(page.getByRole("heading", { level: 1 }), `${path} in another workspace`).toHaveText(missing);
    expect(await page.content()).not.toMatch(/secret (list|segment|campaign)|secret@/i);
  }
  for (const [procedure, id] of [
    ["contacts.byId", ids.contact],
    ["lists.byId", ids.list],
    ["segments.byId", ids.segment],
    ["templates.byId", ids.template],
    ["campaigns.byId", ids.campaignId],
    ["analytics.live", ids.campaignId],
  ] as const) {
    const ask = (slug: string) =>
      page.request.post(`/api/trpc/${procedure}`, {
        headers: { "x-workspace": slug, origin: new URL(page.url()).origin },
        data: { json: { id } },
      });
    expect((await ask(other.slug)).status(), `${procedure} in another workspace`).toBe(404);
  }

  const stranger = await browser.newPage();
  await signIn(stranger, (await createTenant()).userId);
  for (const path of [...pages, ...own]) {
    const answer = await stranger.goto(`/${workspace.slug}${path}`);
    expect(answer?.status(), `${path} for a stranger`).toBe(404);
    await expect(stranger.getByRole("heading", { level: 1 }), `${path} for a stranger`).toHaveText(missing);
    expect(await stranger.content()).not.toMatch(/secret (list|segment|campaign)|secret@/i);
  }
  const file = await stranger.request.get(`/${workspace.slug}/suppressions/suppressions.csv`);
  expect(file.status(), "a file for a stranger").toBe(404);
  await stranger.close();
});
