import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import { live } from "./queries.ts";
import { emailTest } from "./schema.ts";
import { changesOf, variantName } from "./variants.ts";

/**
 * Begins the tests that a launched campaign's emails ask for and that do not run yet, and freezes what their variants
 * say beside the current version of the email. Call when the versions of the steps have been frozen.
 */
export async function freezeTests(tx: TenantTx, campaignId: string): Promise<void> {
  const steps = await tx.execute<TestedStep>(sql`
    select s.id, coalesce(s.name, nullif(s.subject_line, ''), 'Email') as name, s.test, left(s.send_time::text, 5) as "sendTime" from campaign_steps s
    where s.campaign_id = ${campaignId}::uuid and s.is_active and s.step_type = 'email' and s.test is not null
      and not exists (select from ab_tests t where t.step_id = s.id and t.${live})
    order by s.id`);
  for (const step of steps) await beginTest(tx, campaignId, step);
  await freezeVariants(tx, campaignId);
}

type TestedStep = { id: string; name: string; test: unknown; sendTime: string | null };

async function beginTest(tx: TenantTx, campaignId: string, step: TestedStep): Promise<void> {
  const test = emailTest.safeParse(step.test).data;
  if (!test) return;
  const id = v7();
  await tx.execute(sql`
    insert into ab_tests (id, campaign_id, step_id, name, dimension, metric, sample_percent, sample_contacts, duration_minutes,
      fallback, status)
    values (${id}::uuid, ${campaignId}::uuid, ${step.id}::uuid, ${step.name}, ${test.dimension}, ${test.metric},
      ${test.samplePercent}, ${test.sampleContacts}, ${test.durationMinutes}, ${test.fallback}, 'running')`);
  const variants = test.variants.map(({ weight }, index) => ({
    name: variantName(index),
    is_control: index === 0,
    weight,
    // No version holds a time of day, so that of the email is kept here.
    changes:
      index === 0 && test.dimension === "send_time" && step.sendTime !== null
        ? { sendTime: step.sendTime }
        : changesOf(test, index),
  }));
  await tx.execute(sql`
    insert into ab_test_variants (test_id, name, is_control, weight, changes)
    select ${id}::uuid, v.name, v.is_control, v.weight, v.changes
    from jsonb_to_recordset(${JSON.stringify(variants)}::jsonb) as v(name text, is_control boolean, weight double precision, changes jsonb)`);
}

/** A version for each variant beside the email's own: what a message says is found by its version alone. */
async function freezeVariants(tx: TenantTx, campaignId: string): Promise<void> {
  const said = (change: string, otherwise: string) =>
    sql`case when v.changes ? ${change}::text then v.changes ->> ${change}::text else b.${sql.identifier(otherwise)} end`;
  await tx.execute(sql`
    insert into campaign_step_versions (campaign_id, step_id, version, variant_id, step_type, subject, preview_text, html, text,
      config, content_hash)
    select b.campaign_id, b.step_id, b.version, v.id, b.step_type, ${said("subjectLine", "subject")},
      ${said("previewText", "preview_text")}, ${said("emailContent", "html")}, ${said("emailText", "text")},
      b.config || case when v.changes ? 'sender' then jsonb_build_object('sender', v.changes -> 'sender') else '{}'::jsonb end,
      encode(sha256(convert_to(b.content_hash || v.changes::text, 'UTF8')), 'hex')
    from ab_tests t
    join campaign_steps s on s.id = t.step_id
    join campaign_step_versions b on b.step_id = s.id and b.version = s.current_version and b.variant_id is null
    join ab_test_variants v on v.test_id = t.id
    where t.campaign_id = ${campaignId}::uuid and t.${live}
    on conflict (tenant_id, step_id, version, variant_id) do nothing`);
}

/** Forgets a test that nobody has come to yet, so that its email can be changed. True when another one goes on. */
export async function dropUnstarted(tx: TenantTx, stepId: string): Promise<boolean> {
  await tx.execute(sql`
    delete from ab_tests where step_id = ${stepId}::uuid and ${live} and started_at is null`);
  const rows = await tx.execute(sql`select from ab_tests where step_id = ${stepId}::uuid and ${live}`);
  return rows.length > 0;
}
