import { expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { withoutTenant } from "./client.ts";
import { seed } from "./seed.ts";
import { seedContacts } from "./seed-contacts.ts";
import { withTenant } from "./tenancy.ts";

test("the seed fills the demo tenant once, however often it runs", async () => {
  await seed();
  expect(await seed()).toBe(false);
  const [member] = await withoutTenant((tx) =>
    tx.execute<{ tenant_id: string; workspace_id: string; contacts: number }>(sql`
      select m.tenant_id, m.workspace_id from users u, auth_membership(u.id, 'demo') m
      where u.email = 'demo@postroad.test'`),
  );
  const scope = { tenantId: member?.tenant_id ?? "", workspaceId: member?.workspace_id ?? "" };
  const [counts] = await withTenant(scope, (tx) =>
    tx.execute(sql`
      select (select count(*) from contacts) as contacts, (select count(*) from segments) as segments,
        (select count(*) from templates) as templates, (select count(*) from campaigns where status = 'draft') as drafts,
        (select count(*) from campaign_steps) as steps, (select count(*) from campaign_settings where no_limits) as settings`),
  );
  expect(counts).toEqual({ contacts: 60, segments: 3, templates: 2, drafts: 1, steps: 5, settings: 1 });
});

test("no two seeded people share an address", () => {
  expect(new Set(seedContacts().map(({ email }) => email)).size).toBe(60);
});
