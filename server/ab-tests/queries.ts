import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { TestDimension, TestMetric, VariantChanges } from "./schema.ts";

export type TestStatus = "draft" | "running" | "extended" | "completed" | "winner_deployed" | "cancelled";

export type Variant = {
  id: string;
  name: string;
  isControl: boolean;
  weight: number;
  changes: VariantChanges;
};

/** A test as its row has it. Of its variants the control is the first. */
export type Test = {
  id: string;
  campaignId: string;
  stepId: string;
  dimension: TestDimension;
  metric: TestMetric;
  samplePercent: number;
  sampleContacts: number;
  sampleSize: number | null;
  sampleUpTo: string | null;
  durationMinutes: number;
  fallback: "control" | "highest";
  status: TestStatus;
  startedAt: Date | null;
  endsAt: Date | null;
  variants: Variant[];
};

/**
 * Whether `campaign_contacts e` of a sample cannot be written to until somebody mends it or their time is over: they are
 * left alone for now, or the email cannot be made for them.
 */
export const heldBack = sql`coalesce(e.wait_reason in ('snoozed', 'do_not_disturb') or e.wait_reason = 'deferred' and (
  select m.delivery_status = 'queued' and starts_with(m.error, 'message: ')
  from content.email_messages m where m.id = e.awaiting_message_id), false)`;

/** A test that is going on: until it is decided, only its sample is mailed. */
export const live = sql`status in ('running', 'extended')`;

const columns = sql`t.id, t.campaign_id as "campaignId", t.step_id as "stepId", t.dimension, t.metric,
  t.sample_percent as "samplePercent", t.sample_contacts as "sampleContacts", t.sample_size as "sampleSize",
  t.sample_up_to as "sampleUpTo", t.duration_minutes as "durationMinutes", t.fallback, t.status,
  t.started_at as "startedAt", t.ends_at as "endsAt",
  (select json_agg(json_build_object('id', v.id, 'name', v.name, 'isControl', v.is_control, 'weight', v.weight, 'changes', v.changes)
    order by v.name) from ab_test_variants v where v.test_id = t.id) as variants`;

/** The test that is going on at a step; null when none is. */
export async function findLiveTest(tx: TenantTx, stepId: string): Promise<Test | null> {
  const [test] = await tx.execute<Test>(sql`
    select ${columns} from ab_tests t where t.step_id = ${stepId}::uuid and ${live}`);
  return test ?? null;
}

/** Locks the test until the transaction ends. */
export async function lockTest(tx: TenantTx, id: string): Promise<Test | null> {
  const [test] = await tx.execute<Test>(sql`
    select ${columns} from ab_tests t where t.id = ${id}::uuid for no key update of t`);
  return test ?? null;
}
