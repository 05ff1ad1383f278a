import { globSync } from "node:fs";
import path from "node:path";
import {
  createCampaign,
  createContact,
  createList,
  createSegment,
  createTemplate,
  type Tenant,
} from "#db/factories";
import { campaignContacts } from "#db/schema/enrollments";
import { contactEdits } from "#db/schema/contact-edits";
import { importJobs, importSchedules } from "#db/schema/imports";
import { withTenant } from "#db/tenancy";
import { newKey } from "#server/domains/keys";
import { createDomain } from "#server/domains/mutations";
import { v7 } from "uuid";

const rules = { version: 1, match: "all", rules: [{ field: "country", operator: "equals", value: "DE" }] };
const steps = [{ stepType: "email" as const, subjectLine: "Hello", emailContent: "<p>Hello</p>" }];

export type Rows = Awaited<ReturnType<typeof rowsForPages>>;

/** A workspace in which every page has something to show. */
export async function rowsForPages({ scope }: Tenant) {
  const key = await newKey();
  return withTenant(scope, async (tx) => {
    const contact = await createContact(tx, { email: "ada@people.test", company: "Engines Ltd" });
    const twin = await createContact(tx, { email: "ada.lovelace@people.test", jobTitle: "Countess" });
    const list = await createList(tx, { name: "Readers", contactIds: [contact, twin] });
    const segment = await createSegment(tx, { name: "Germans", rules });
    const template = await createTemplate(tx);
    const { campaignId } = await createCampaign(tx, { steps });
    const { campaignId: launched, stepIds } = await createCampaign(tx, {
      status: "paused",
      launchedAt: new Date("2026-01-01T00:00:00Z"),
      steps,
    });
    const ids = { enrollment: v7(), undone: v7(), schedule: v7(), edit: v7() };
    await tx.insert(campaignContacts).values({
      id: ids.enrollment,
      campaignId: launched,
      contactId: contact,
      status: "active",
      currentStepId: stepIds[0],
      waitReason: "awaiting_send",
    });
    await tx.insert(importJobs).values({
      id: ids.undone,
      fileName: "people.csv",
      fileFormat: { parts: 1 },
      status: "rolled_back",
      totalRows: 4,
      processedRows: 4,
      createdCount: 3,
      updatedCount: 1,
      rolledBackAt: new Date("2026-01-02T00:00:00Z"),
      rollbackReport: {
        deleted: 2,
        restored: 1,
        untagged: 0,
        kept: 1,
        failed: 0,
        reasons: { edited: 1 },
        stays: { fields: ["Plan", "Seats"], lists: ["Spring fair"] },
      },
    });
    await tx.insert(importSchedules).values({
      id: ids.schedule,
      name: "Customers from the shop",
      source: "https",
      config: { url: "https://shop.example.test/customers.csv", secretHeader: null },
      cron: "0 6 * * *",
      failures: 1,
      problem: "The server answered 404: there is no such file. Check the address.",
    });
    await tx.insert(contactEdits).values({
      id: ids.edit,
      action: "tag",
      change: { tag: "vip" },
      selection: { ids: [contact, twin] },
      summary: "Add the tag “vip”",
      status: "completed",
      totalContacts: 2,
      processedContacts: 2,
      changedCount: 1,
      unchangedCount: 1,
      completedAt: new Date("2026-01-03T00:00:00Z"),
    });
    const { id: domain } = await createDomain(tx, null, { domain: `mail-${v7().slice(-12)}.test`, key });
    return { ...ids, contact, twin, list, segment, template, campaignId, launched, domain };
  });
}

/** Every page of a workspace by its address within it, in two parts of about the same length. */
export const pagesOfWorkspace: Record<string, (rows: Rows) => string[]> = {
  "of campaigns and contacts": (rows) => [
    "",
    "/campaigns",
    "/analytics",
    "/analytics/messages",
    "/campaigns/new",
    "/campaigns/new/guide",
    `/campaigns/${rows.campaignId}/edit`,
    `/campaigns/${rows.campaignId}/edit/audience`,
    `/campaigns/${rows.campaignId}/edit/goals`,
    `/campaigns/${rows.campaignId}/edit/settings`,
    `/campaigns/${rows.campaignId}/edit/review`,
    `/campaigns/${rows.campaignId}/edit/occurrences`,
    `/campaigns/${rows.campaignId}/guide`,
    `/campaigns/${rows.launched}`,
    `/campaigns/${rows.launched}/messages`,
    `/campaigns/${rows.launched}/people/${rows.enrollment}`,
    "/contacts",
    `/contacts/${rows.contact}`,
    `/contacts/${rows.contact}/edit`,
    `/contacts/merge?keep=${rows.contact}`,
    `/contacts/merge?keep=${rows.contact}&other=${rows.twin}`,
    "/contacts/new",
    "/contacts/edits",
    `/contacts/edits/${rows.edit}`,
    "/tasks",
    "/drafts",
    "/lists",
    `/lists/${rows.list}`,
  ],
  "of segments, files, templates and settings": (rows) => [
    "/suppressions",
    "/segments",
    `/segments/${rows.segment}`,
    `/segments/${rows.segment}/members`,
    "/segments/new",
    "/imports",
    "/imports/new",
    `/imports/${rows.undone}`,
    "/imports/schedules",
    "/imports/schedules/new",
    `/imports/schedules/${rows.schedule}`,
    "/exports",
    "/templates",
    "/templates/new",
    `/templates/${rows.template}`,
    `/templates/${rows.template}/versions`,
    "/settings",
    "/settings/members",
    "/settings/api-keys",
    "/settings/mailboxes",
    "/settings/domains",
    `/settings/domains/${rows.domain}`,
    "/settings/sending",
    "/settings/fields",
    "/settings/scoring",
    "/settings/organization",
    "/settings/account",
    "/nowhere",
  ],
};

/** The addresses of the pages that the product has for who is signed in, as their folders are called. */
export const routes = (): string[] =>
  globSync("app/(app)/**/page.tsx", { cwd: path.resolve(import.meta.dirname, "..") }).map((file) =>
    `/${path.dirname(path.relative("app/(app)", file))}`.replace(/\/\.$/, ""),
  );
