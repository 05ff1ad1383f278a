import { hash } from "@node-rs/argon2";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { closeDatabase, withoutTenant } from "./client.ts";
import {
  createCampaign,
  createContacts,
  createList,
  createSegment,
  createTemplate,
  createTenant,
  type StepValues,
} from "./factories.ts";
import { campaignSettings } from "./schema/campaigns.ts";
import { customFieldDefinitions } from "./schema/custom-fields.ts";
import { contactTags, tags } from "./schema/tags.ts";
import { users } from "./schema/users.ts";
import { seedContacts, type SeedContact } from "./seed-contacts.ts";
import { withTenant, type TenantTx } from "./tenancy.ts";

export const demo = { email: "demo@postroad.test", password: "postroad-demo", slug: "demo" };

/**
 * A demo tenant with contacts, lists, a segment, templates and a draft campaign, unless it is there. False when it
 * was. The person and the tenant are one transaction, what fills them another: a seed that died between the two
 * goes on where it stopped.
 */
export async function seed(): Promise<boolean> {
  const tenant = (await findDemo()) ?? (await makeDemo());
  return withTenant(tenant, async (tx) => {
    const [filled] = await tx.execute(sql`select from contacts limit 1`);
    if (filled) return false;
    await fill(tx, tenant.emailAccountId);
    return true;
  });
}

async function findDemo() {
  const [row] = await withoutTenant((tx) =>
    tx.execute<{ tenantId: string; workspaceId: string; userId: string }>(sql`
      select m.tenant_id as "tenantId", m.workspace_id as "workspaceId", u.id as "userId"
      from ${users} u, auth_membership(u.id, ${demo.slug}) m where lower(u.email) = ${demo.email}`),
  );
  if (!row) return undefined;
  const [mailbox] = await withTenant(row, (tx) =>
    tx.execute<{ id: string }>(sql`select id from email_accounts order by is_default desc, id limit 1`),
  );
  if (!mailbox) throw new Error("The demo workspace has lost its mailbox: connect one before seeding again.");
  return { ...row, emailAccountId: mailbox.id };
}

async function makeDemo() {
  const passwordHash = await hash(demo.password.normalize("NFKC"), {
    memoryCost: 19_456,
    timeCost: 2,
    parallelism: 1,
  });
  return createTenant({
    name: "Demo",
    slug: demo.slug,
    timezone: "Europe/Berlin",
    user: { email: demo.email, name: "Dana Demo", passwordHash, isOperator: true },
    mailbox: {
      email: `hello@${demo.slug}.sandbox.test`,
      displayName: "Dana at Demo",
      lanes: 4,
      timezone: "Europe/Berlin",
    },
  });
}

async function fill(tx: TenantTx, emailAccountId: string): Promise<void> {
  const people = seedContacts();
  await tx.insert(customFieldDefinitions).values({ fieldName: "plan", label: "Plan", fieldType: "text" });
  const ids = await createContacts(tx, people);
  const those = (wanted: (person: SeedContact) => boolean) =>
    ids.filter((_, index) => wanted(people[index] ?? never()));
  const newsletter = await createList(tx, { name: "Newsletter", contactIds: ids.slice(0, 40) });
  await createList(tx, {
    name: "Trial users",
    contactIds: those(({ customFields }) => customFields.plan === "free"),
  });
  await createSegment(tx, {
    name: "Founders in Europe",
    rules: {
      version: 1,
      match: "all",
      rules: [
        { field: "job_title", operator: "equals", value: "Founder" },
        {
          match: "any",
          rules: [
            { field: "timezone", operator: "starts_with", value: "Europe/" },
            { field: "tags", operator: "contains_any", value: ["europe"] },
          ],
        },
      ],
    },
  });
  await tagPeople(
    tx,
    "customer",
    those(({ customFields }) => customFields.plan === "team"),
  );
  const welcome = await createTemplate(tx, templates.welcome);
  const followUp = await createTemplate(tx, templates.followUp);
  await makeCampaign(tx, { emailAccountId, segmentId: newsletter, welcome, followUp });
}

async function tagPeople(tx: TenantTx, name: string, contactIds: readonly string[]): Promise<void> {
  const tagId = v7();
  await tx.insert(tags).values({ id: tagId, name });
  await tx.insert(contactTags).values(contactIds.map((contactId) => ({ contactId, tagId })));
}

type Parts = { emailAccountId: string; segmentId: string; welcome: string; followUp: string };

/** Welcome, two days, opened? A follow-up for those who did, a tag for those who did not. */
async function makeCampaign(
  tx: TenantTx,
  { emailAccountId, segmentId, welcome, followUp }: Parts,
): Promise<void> {
  const [condition, reward, cold] = [v7(), v7(), v7()];
  const steps: StepValues[] = [
    {
      stepType: "email",
      templateId: welcome,
      subjectLine: templates.welcome.subject,
      emailContent: templates.welcome.html,
    },
    { stepType: "wait", waitDuration: { value: 2, unit: "days" }, nextStepId: condition },
    {
      id: condition,
      stepType: "condition",
      conditionType: "email_opened",
      conditionRules: { version: 1, match: "all", rules: [{ field: "email_opened", operator: "is_true" }] },
      nextStepId: null,
      trueNextStepId: reward,
      falseNextStepId: cold,
    },
    {
      id: reward,
      stepType: "email",
      templateId: followUp,
      subjectLine: templates.followUp.subject,
      emailContent: templates.followUp.html,
      nextStepId: null,
    },
    { id: cold, stepType: "action", actionType: "add_tag", actionConfig: { tag: "quiet" }, nextStepId: null },
  ];
  const { campaignId } = await createCampaign(tx, {
    name: "Welcome to the newsletter",
    campaignType: "drip",
    fromEmail: `hello@${demo.slug}.sandbox.test`,
    fromName: "Dana at Demo",
    emailAccountId,
    timezone: "Europe/Berlin",
    segmentId,
    audience: { everyone: false, include: [segmentId], exclude: [] },
    steps,
  });
  await tx
    .update(campaignSettings)
    .set({ noLimits: true })
    .where(sql`${campaignSettings.campaignId} = ${campaignId}`);
}

const templates = {
  welcome: {
    name: "Welcome",
    category: "Welcome" as const,
    subject: '{{ first_name | default: "Hello" }}, good to have you',
    html:
      '<p>Hi {{ first_name | default: "there" }},</p>\n'
      + "<p>thank you for joining our newsletter. Once a month we write about what teams like "
      + '{{ company | default: "yours" }} do with their mail.</p>\n'
      + '<p><a href="https://example.com/start">Where to begin</a></p>\n<p>Dana</p>',
  },
  followUp: {
    name: "Two days later",
    category: "Follow-up" as const,
    subject: "Three things worth ten minutes",
    html:
      '<p>Hi {{ first_name | default: "there" }},</p>\n'
      + "<p>you opened our last mail, so here are the three articles that people in "
      + '{{ country | default: "your country" }} read most:</p>\n'
      + '<ul><li><a href="https://example.com/timing">When to send</a></li>'
      + '<li><a href="https://example.com/lists">Lists that stay clean</a></li>'
      + '<li><a href="https://example.com/replies">Replies worth having</a></li></ul>\n<p>Dana</p>',
  },
};

function never(): never {
  throw new Error("There are as many ids as people.");
}

if (import.meta.main) {
  const made = await seed();
  console.log(
    made ? `Seeded the demo tenant: ${demo.email} / ${demo.password}` : "The demo tenant was there.",
  );
  await closeDatabase();
}
