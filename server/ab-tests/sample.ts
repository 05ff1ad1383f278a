import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Slice } from "#server/enrollments/slice";
import type { StepGraph } from "#server/enrollments/steps";
import { skipDay } from "#server/messages/skips";
import type { Test } from "./queries.ts";
import { sampleSizeOf, turns } from "./variants.ts";

/** A place in an order that has nothing to do with who the contact is, and is the same whenever it is asked for. */
const hashOf = (testId: string) => sql`md5(${testId} || e.contact_id::text) collate "C"`;

/** So many are sorted by one slice: a sample is sorted through before its first email is written. */
const sortSize = 5_000;

/**
 * How many of those due have to be asked whether their email is passed over before the next ones are sorted: everybody where
 * the sample is drawn from all of them at this moment.
 */
export async function askedBefore(
  tx: TenantTx,
  { graph, test }: { graph: StepGraph; test: Test },
): Promise<number> {
  if (test.sampleSize !== null || graph.entry?.id !== test.stepId) return sortSize;
  const audience = await audienceOf(tx, test);
  return audience?.frozen && !audience.goesOn ? Infinity : sortSize;
}

/** Why there is no sample yet: the audience is not frozen, or all of it is held for the day of their turn. */
type Unopened = "audience_open" | "nobody_there";
export type Sampled = { acted: number; complete: boolean; unopened: Unopened | null };

/**
 * Sorts the next ones who are due at the step: those of the sample get a variant each, which they keep; the others wait
 * for the winner. Of an audience that is frozen and begins with this step, the sample is drawn from everybody alike;
 * elsewhere, where nobody knows who will come, it is the first ones who do. `complete`: all of the sample has come.
 * Nobody is sorted before the sample is opened.
 */
export async function takeSample(
  tx: TenantTx,
  { slice, graph, test }: { slice: Slice; graph: StepGraph; test: Test },
): Promise<Sampled> {
  const opened = test.sampleSize === null ? await openSample(tx, { graph, test }) : test;
  if (typeof opened === "string") return { acted: 0, complete: false, unopened: opened };
  const { size, upTo } = { size: opened.sampleSize ?? 0, upTo: opened.sampleUpTo };
  const [taken] = await tx.execute<{ count: number }>(
    sql`select count(*)::int as count from ab_test_assignments where test_id = ${test.id}::uuid`,
  );
  const count = taken?.count ?? 0;
  const rows = await tx.execute<{ id: string; contact_id: string; hash: string }>(sql`
    select e.id, e.contact_id, ${hashOf(test.id)} as hash from campaign_contacts e
    where e.tenant_id = ${slice.scope.tenantId}::uuid and e.current_step_id = ${test.stepId}::uuid
      and e.status in ('enrolled', 'active') and e.next_email_scheduled_at <= app_now()
      and e.wait_reason is distinct from 'outcome_unknown'
      -- A look-up for each, whatever the planner believes of a table that has just grown.
      and (select true from ab_test_assignments a where a.test_id = ${test.id}::uuid and a.contact_id = e.contact_id limit 1) is null
    order by e.next_email_scheduled_at, e.id limit ${sortSize} for no key update of e skip locked`);
  const inside =
    upTo === null ? rows.slice(0, Math.max(0, size - count)) : rows.filter(({ hash }) => hash <= upTo);
  const chosen = new Set(inside.map(({ id }) => id));
  const outside = rows.filter(({ id }) => !chosen.has(id));
  await assign(tx, { test, from: count, contacts: inside });
  await holdForWinner(
    tx,
    outside.map(({ id }) => id),
  );
  const all = rows.length < sortSize;
  const complete =
    all && (upTo !== null || count + inside.length >= size || !(await stillComing(tx, { graph, test })));
  return { acted: rows.length, complete, unopened: null };
}

type Opened = Pick<Test, "sampleSize" | "sampleUpTo">;

/** Says how large the sample is, as soon as the audience is frozen and there is anybody to draw it from. */
async function openSample(
  tx: TenantTx,
  { graph, test }: { graph: StepGraph; test: Test },
): Promise<Opened | Unopened> {
  const campaign = await audienceOf(tx, test);
  if (!campaign) return "audience_open";
  if (!campaign.goesOn && !campaign.frozen) return "audience_open";
  const isEntry = !campaign.goesOn && graph.entry?.id === test.stepId;
  const opened = campaign.goesOn
    ? { sampleSize: test.sampleContacts, sampleUpTo: null }
    : await measure(tx, test, isEntry);
  if (isEntry && opened.sampleSize === 0) return "nobody_there";
  await tx.execute(sql`
    update ab_tests set sample_size = ${opened.sampleSize}, sample_up_to = ${opened.sampleUpTo}, started_at = app_now(),
      updated_at = app_now()
    where id = ${test.id}::uuid`);
  return opened;
}

/** Whether all are in who are in it from the beginning, and whether others come later. */
async function audienceOf(
  tx: TenantTx,
  { campaignId }: Test,
): Promise<{ frozen: boolean; goesOn: boolean } | undefined> {
  const [campaign] = await tx.execute<{ frozen: boolean; goesOn: boolean }>(sql`
    select frozen_at is not null as frozen, campaign_type = 'triggered' or auto_enroll as "goesOn"
    from campaigns where id = ${campaignId}::uuid`);
  return campaign;
}

async function measure(tx: TenantTx, test: Test, isEntry: boolean): Promise<Opened> {
  const here = isEntry
    ? sql`and e.current_step_id = ${test.stepId}::uuid and e.status in ('enrolled', 'active', 'paused')
        and e.wait_reason is distinct from ${skipDay}`
    : sql``;
  const [people] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from campaign_contacts e where e.campaign_id = ${test.campaignId}::uuid ${here}`);
  const count = people?.count ?? 0;
  const sampleSize = sampleSizeOf(test, count);
  if (!isEntry || sampleSize === 0) return { sampleSize, sampleUpTo: null };
  const [last] = await tx.execute<{ hash: string }>(sql`
    select ${hashOf(test.id)} as hash from campaign_contacts e where e.campaign_id = ${test.campaignId}::uuid ${here}
    order by 1 offset ${sampleSize - 1} limit 1`);
  return { sampleSize, sampleUpTo: last?.hash ?? null };
}

/** Variants take turns by their weights, so that each has its share whenever one looks. */
async function assign(
  tx: TenantTx,
  {
    test,
    from,
    contacts,
  }: { test: Test; from: number; contacts: readonly { id: string; contact_id: string; hash: string }[] },
): Promise<void> {
  if (contacts.length === 0) return;
  const order = turns(test.variants.map(({ weight }) => weight));
  // Who came side by side, from one import say, is mixed before the turns are given out.
  const mixed = contacts.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const variantIds = mixed.map(
    (_, index) => test.variants[order[(from + index) % order.length] ?? 0]?.id ?? null,
  );
  await tx.execute(sql`
    insert into ab_test_assignments (test_id, variant_id, contact_id)
    select ${test.id}::uuid, g.variant_id, g.contact_id
    from unnest(${sql.param(variantIds)}::uuid[], ${sql.param(mixed.map((row) => row.contact_id))}::uuid[]) as g(variant_id, contact_id)
    on conflict (tenant_id, test_id, contact_id) do nothing`);
  // Behind those who have not been sorted yet, or every slice would pass over them again.
  await tx.execute(sql`
    update campaign_contacts set next_email_scheduled_at = app_now()
    where id = any(${sql.param(contacts.map(({ id }) => id))}::uuid[])`);
}

async function holdForWinner(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  if (enrollmentIds.length === 0) return;
  await tx.execute(sql`
    update campaign_contacts set wait_reason = 'waiting_for_winner', next_email_scheduled_at = null, updated_at = app_now()
    where id = any(${sql.param([...enrollmentIds])}::uuid[])`);
}

/** Whether anybody may yet come to the step, or stands at it until the day of their turn and may be let go before. */
async function stillComing(
  tx: TenantTx,
  { graph, test }: { graph: StepGraph; test: Test },
): Promise<boolean> {
  const before = stepsBefore(graph, test.stepId);
  const rows = await tx.execute(sql`
    select from campaigns k where k.id = ${test.campaignId}::uuid and (k.campaign_type = 'triggered' or k.auto_enroll
      or exists (select from campaign_contacts e where e.campaign_id = k.id and e.status in ('enrolled', 'active', 'paused')
        and (e.current_step_id = any(${sql.param(before)}::uuid[])
          or e.current_step_id = ${test.stepId}::uuid and e.wait_reason = ${skipDay})))`);
  return rows.length > 0;
}

function stepsBefore(graph: StepGraph, stepId: string): string[] {
  const before = new Set<string>();
  const open = [stepId];
  for (let to = open.pop(); to !== undefined; to = open.pop()) {
    for (const { id, edges } of graph.steps.values()) {
      if (before.has(id) || id === stepId || !Object.values(edges).includes(to)) continue;
      before.add(id);
      open.push(id);
    }
  }
  return [...before];
}
