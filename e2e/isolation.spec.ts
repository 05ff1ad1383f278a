import type { Page } from "@playwright/test";
import {
  createCampaign,
  createContact,
  createList,
  createSegment,
  createTemplate,
  createTenant,
  createWorkspace,
} from "#db/factories";
import type { Tenant } from "#db/factories";
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

const nothing = { missing: true, tells: null };

/** Rows with names that nobody else may read, and the pages of their workspace that show them. */
async function secrets({ scope }: Tenant) {
  const ids = await withTenant(scope, async (tx) => ({
    contact: await createContact(tx, { email: "secret@example.test" }),
    list: await createList(tx, { name: "Secret list" }),
    segment: await createSegment(tx, { name: "Secret segment", rules: everybody }),
    template: await createTemplate(tx),
    ...(await createCampaign(tx, { name: "Secret campaign" })),
  }));
  const paths = [
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
  return { ids, paths };
}

/** What the server answers to this person's browser, as it comes over the wire: no script of the page has run. */
async function answer(page: Page, path: string) {
  const response = await page.request.get(path);
  const text = await response.text();
  return {
    // A page that is found missing when its first part is under way has said 200 by then; Next.js marks it so.
    missing: response.status() === 404 || text.includes("NEXT_HTTP_ERROR_FALLBACK;404"),
    tells: /secret (list|segment|campaign)|secret@/i.exec(text)?.[0] ?? null,
  };
}

test("pages of a workspace are not there for another workspace of the same owner", async ({
  workspace,
  signedInPage: page,
}) => {
  const other = await createWorkspace(workspace);
  const { ids, paths } = await secrets(workspace);
  for (const path of paths) {
    // The owner sees the rows in their workspace, so that a missing page is about the asker.
    expect(await answer(page, `/${workspace.slug}${path}`), path).toMatchObject({ missing: false });
    expect(await answer(page, `/${other.slug}${path}`), `${path} in another workspace`).toEqual(nothing);
  }
  await page.goto(`/${other.slug}${paths[0]}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(missing);

  for (const [procedure, id] of [
    ["contacts.byId", ids.contact],
    ["lists.byId", ids.list],
    ["segments.byId", ids.segment],
    ["templates.byId", ids.template],
    ["campaigns.byId", ids.campaignId],
    ["analytics.live", ids.campaignId],
  ] as const) {
    const asked = await page.request.post(`/api/trpc/${procedure}`, {
      headers: { "x-workspace": other.slug, origin: new URL(page.url()).origin },
      data: { json: { id } },
    });
    expect(asked.status(), `${procedure} in another workspace`).toBe(404);
  }
});

test("a member of another tenant meets 404 everywhere", async ({ workspace, page: stranger }) => {
  const { paths } = await secrets(workspace);
  await signIn(stranger, (await createTenant()).userId);
  for (const path of [...pages, ...paths]) {
    expect(await answer(stranger, `/${workspace.slug}${path}`), `${path} for a stranger`).toEqual(nothing);
  }
  await stranger.goto(`/${workspace.slug}/campaigns`);
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText(missing);
  const file = await stranger.request.get(`/${workspace.slug}/suppressions/suppressions.csv`);
  expect(file.status(), "a file for a stranger").toBe(404);
});
