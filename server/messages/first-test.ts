import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type EmailTest, emailTest, sampleSizeOf } from "#server/ab-tests/schema";
import { nextTimeOfDay } from "#server/ab-tests/send-time";
import { changesOf, turns } from "#server/ab-tests/variants";
import type { EngineStep, StepGraph } from "#server/enrollments/steps";
import { firstStepOf } from "./follow-ups.ts";

/**
 * The first email of a campaign that is tested on some before the others get it. `graphs`: the campaign as each variant has it,
 * in the order of their turns.
 */
export type FirstTest = { step: EngineStep; test: EmailTest; goesOn: boolean; graphs: StepGraph[] };

export async function findFirstTest(tx: TenantTx, graph: StepGraph): Promise<FirstTest | null> {
  const step = firstStepOf(graph);
  if (!step) return null;
  const [row] = await tx.execute<{ test: unknown; goesOn: boolean }>(sql`
    select s.test, k.campaign_type = 'triggered' or k.auto_enroll as "goesOn"
    from campaign_steps s join campaigns k on k.id = s.campaign_id
    where s.id = ${step.id}::uuid and s.test is not null`);
  const test = emailTest.safeParse(row?.test).data;
  if (!row || !test) return null;
  const variants = test.variants.map((_, variant) => {
    const sendTime = changesOf(test, variant).sendTime ?? step.sendTime;
    return withOwnEntry({ ...graph, steps: new Map([...graph.steps, [step.id, { ...step, sendTime }]]) });
  });
  const order = turns(test.variants.map(({ weight }) => weight));
  const graphs = order.flatMap((variant) => variants[variant] ?? []);
  return { step, test, goesOn: row.goesOn, graphs };
}

const withOwnEntry = (graph: StepGraph): StepGraph => ({
  ...graph,
  entry: graph.entry && (graph.steps.get(graph.entry.id) ?? null),
});

/** How many of `count` people get a variant of it before there is a winner. */
export const sampleCount = ({ test, goesOn }: FirstTest, count: number): number =>
  goesOn ? Math.min(count, test.sampleContacts) : sampleSizeOf(test, count);

/**
 * When somebody behind the sample is due who would be at `dueAt`, where the winner is found at `decidedAt`: at the earliest
 * that a variant leaves then, since nobody knows which one it is.
 */
export function dueBehind({ graphs, step }: FirstTest, decidedAt: number): (dueAt: number) => number {
  const sendTimes = new Set([...new Set(graphs)].map(({ steps }) => steps.get(step.id)?.sendTime ?? null));
  const zone = graphs[0]?.zone ?? "UTC";
  const earliest = (due: number) =>
    Math.min(...[...sendTimes].map((time) => (time === null ? due : nextTimeOfDay(zone, due, time))));
  // Most are due before the decision, and so all of them at one moment.
  const known = new Map<number, number>();
  return (dueAt) => {
    const since = Math.max(dueAt, decidedAt);
    const due = known.get(since) ?? earliest(since);
    known.set(since, due);
    return due;
  };
}
