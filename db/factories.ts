import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { withoutTenant } from "./client.ts";
import { campaignSteps } from "./schema/campaign-steps.ts";
import { campaigns } from "./schema/campaigns.ts";
import { contacts } from "./schema/contacts.ts";
import { emailAccounts } from "./schema/email-accounts.ts";
import { segmentContacts, segments } from "./schema/segments.ts";
import { templates, templateVersions } from "./schema/templates.ts";
import { tenants, tenantUsers, type tenantRoles } from "./schema/tenants.ts";
import { sessions, users } from "./schema/users.ts";
import { workspaceMembers, workspaces, type workspaceRoles } from "./schema/workspaces.ts";
import { withTenant, type Scope, type TenantTx } from "./tenancy.ts";

/** Rows for the seed, tests and browser tests alike, with defaults for everything. */
export type NewTenant = {
  name?: string;
  slug?: string;
  timezone?: string;
  roles?: (typeof tenantRoles)[number][];
  role?: (typeof workspaceRoles)[number];
  user?: { email?: string; name?: string; passwordHash?: string; isOperator?: boolean };
  mailbox?: Partial<typeof emailAccounts.$inferInsert>;
};

export type Tenant = {
  tenantId: string;
  workspaceId: string;
  userId: string;
  slug: string;
  /** A mailbox that sends into the sandbox. */
  emailAccountId: string;
  scope: Required<Scope>;
};

/** A tenant, its first workspace, its owner and a sandbox mailbox. */
export async function createTenant({
  mailbox,
  name,
  slug,
  timezone,
  roles,
  role,
  user,
}: NewTenant = {}): Promise<Tenant> {
  const scope = { tenantId: v7(), workspaceId: v7(), userId: v7() };
  const unique = scope.workspaceId.slice(-12);
  const workspaceSlug = slug ?? `w-${unique}`;
  const emailAccountId = await withTenant(scope, async (tx) => {
    await tx.insert(users).values({
      id: scope.userId,
      email: user?.email ?? `owner-${unique}@example.test`,
      name: user?.name ?? "Olive Owner",
      passwordHash: user?.passwordHash,
      isOperator: user?.isOperator ?? false,
      emailVerifiedAt: sql`app_now()`,
    });
    await tx.insert(tenants).values({ id: scope.tenantId, name: name ?? "Acme" });
    await tx.insert(tenantUsers).values({
      userId: scope.userId,
      roles: roles ?? ["owner"],
      email: user?.email ?? `owner-${unique}@example.test`,
    });
    await tx.insert(workspaces).values({
      id: scope.workspaceId,
      name: name ?? "Acme",
      slug: workspaceSlug,
      timezone,
      postalAddress: "1 Main Street, Springfield",
    });
    await tx
      .insert(workspaceMembers)
      .values({ workspaceId: scope.workspaceId, userId: scope.userId, role: role ?? "admin" });
    return createMailbox(tx, mailbox);
  });
  return { ...scope, slug: workspaceSlug, emailAccountId, scope };
}

/** Another workspace of the same tenant, with the same person as its admin. */
export async function createWorkspace({
  tenantId,
  userId,
}: {
  tenantId: string;
  userId: string;
}): Promise<Tenant> {
  const scope = { tenantId, workspaceId: v7(), userId };
  const slug = `w-${scope.workspaceId.slice(-12)}`;
  const emailAccountId = await withTenant(scope, async (tx) => {
    await tx
      .insert(workspaces)
      .values({ id: scope.workspaceId, name: "Second", slug, postalAddress: "2 Main Street" });
    await tx.insert(workspaceMembers).values({ workspaceId: scope.workspaceId, userId, role: "admin" });
    return createMailbox(tx);
  });
  return { ...scope, slug, emailAccountId, scope };
}

/** A signed-in session of eight hours. */
export async function createSession(userId: string): Promise<{ sessionId: string }> {
  const sessionId = v7();
  await withoutTenant((tx) =>
    tx.insert(sessions).values({ id: sessionId, userId, expiresAt: sql`app_now() + interval '30 days'` }),
  );
  return { sessionId };
}

export async function createMailbox(
  tx: TenantTx,
  values: Partial<typeof emailAccounts.$inferInsert> = {},
): Promise<string> {
  const id = values.id ?? v7();
  await tx.insert(emailAccounts).values({
    email: `sender-${id.slice(-12)}@sandbox.test`,
    displayName: "Olive Owner",
    provider: "sandbox",
    status: "active",
    isDefault: true,
    ...values,
    id,
  });
  return id;
}

/** Contacts in one statement; gives their ids in order. `email` decides the rest where it is not given. */
export async function createContacts(
  tx: TenantTx,
  values: readonly (Partial<typeof contacts.$inferInsert> & { email: string })[],
): Promise<string[]> {
  if (values.length === 0) return [];
  const rows = values.map((value) => ({
    emailNormalized: value.email.trim().toLowerCase(),
    ...value,
    id: value.id ?? v7(),
  }));
  await tx.insert(contacts).values(rows);
  return rows.map(({ id }) => id);
}

export async function createContact(
  tx: TenantTx,
  values: Partial<typeof contacts.$inferInsert> = {},
): Promise<string> {
  const id = values.id ?? v7();
  const email = values.email ?? `contact-${id.slice(-12)}@example.test`;
  const [made] = await createContacts(tx, [{ firstName: "Ada", lastName: "Lovelace", ...values, id, email }]);
  return made ?? id;
}

export async function createTemplate(
  tx: TenantTx,
  values: Partial<typeof templates.$inferInsert> = {},
): Promise<string> {
  const id = values.id ?? v7();
  const content = { subject: "Hello {{ first_name }}", html: "<p>Hello {{ first_name }}</p>" };
  const template = { name: `Template ${id.slice(-6)}`, ...content, ...values, id };
  await tx.insert(templates).values({ status: "active", ...template });
  const { name, subject, html } = template;
  await tx.insert(templateVersions).values({ templateId: id, versionNumber: 1, name, subject, html });
  return id;
}

/** A list (static) with members. */
export async function createList(
  tx: TenantTx,
  { name, contactIds = [] }: { name?: string; contactIds?: readonly string[] } = {},
): Promise<string> {
  const id = v7();
  await tx.insert(segments).values({
    id,
    name: name ?? `List ${id.slice(-6)}`,
    segmentType: "static",
    contactCount: contactIds.length,
  });
  if (contactIds.length > 0) {
    await tx.insert(segmentContacts).values(contactIds.map((contactId) => ({ segmentId: id, contactId })));
  }
  return id;
}

export async function createSegment(
  tx: TenantTx,
  values: { name: string; rules: Record<string, unknown> },
): Promise<string> {
  const id = v7();
  await tx.insert(segments).values({ id, segmentType: "dynamic", ...values });
  return id;
}

export type StepValues = Omit<typeof campaignSteps.$inferInsert, "campaignId" | "stepOrder">;

/** A draft whose steps follow one another unless they name their edges. Gives the steps' ids in order. */
export async function createCampaign(
  tx: TenantTx,
  { steps = [], ...values }: Partial<typeof campaigns.$inferInsert> & { steps?: readonly StepValues[] } = {},
): Promise<{ campaignId: string; stepIds: string[] }> {
  const campaignId = values.id ?? v7();
  await tx.insert(campaigns).values({
    name: `Campaign ${campaignId.slice(-6)}`,
    campaignType: "drip",
    fromEmail: "sender@sandbox.test",
    fromName: "Olive Owner",
    ...values,
    id: campaignId,
  });
  const stepIds = steps.map((step) => step.id ?? v7());
  if (steps.length > 0) {
    await tx.insert(campaignSteps).values(
      steps.map((step, index) => ({
        nextStepId: stepIds[index + 1] ?? null,
        ...step,
        id: stepIds[index],
        campaignId,
        stepOrder: index + 1,
      })),
    );
  }
  return { campaignId, stepIds };
}
