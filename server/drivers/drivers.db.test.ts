// @module-tag race
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createTenant } from "#db/factories";
import { withTenant, type Scope, type TenantTx } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { handOver, holds, joins, takeOver, wake, wakeNow, yieldUntil } from "./mutations.ts";
import { findStalled } from "./queries.ts";
import type { DriverRef } from "./rows.ts";

async function newDriver(): Promise<{ scope: Scope; ref: DriverRef; stepId: string }> {
  const { scope } = await createTenant();
  const stepId = await withTenant(scope, async (tx) => {
    const { campaignId, stepIds } = await createCampaign(tx, { steps: [{ stepType: "email" }] });
    await tx.execute(
      sql`insert into step_drivers (campaign_id, step_id) values (${campaignId}::uuid, ${stepIds[0]}::uuid)`,
    );
    return stepIds[0] ?? "";
  });
  return { scope, ref: { table: "step_drivers", id: stepId }, stepId };
}

const now = async (tx: TenantTx, plusSeconds = 0) => {
  const [row] = await tx.execute<{ at: Date }>(
    sql`select app_now() + make_interval(secs => ${plusSeconds}) as at`,
  );
  return row?.at ?? new Date(0);
};

test("of many runs that start at once one drives, and the same one again when its step is repeated", async () => {
  const { scope, ref } = await newDriver();
  const fences = await Promise.all(
    ["a", "b", "c", "d"].map((runId) => withTenant(scope, (tx) => takeOver(tx, ref, { runId }))),
  );
  expect(fences.filter((fence) => fence !== null)).toEqual([1]);
  const winner = ["a", "b", "c", "d"][fences.findIndex((fence) => fence !== null)] ?? "";
  expect(await withTenant(scope, (tx) => takeOver(tx, ref, { runId: winner }))).toBe(1);
});

test("a run that falls silent is taken over, and its old fence moves nothing any more", async () => {
  const { scope, ref } = await newDriver();
  await withTenant(scope, (tx) => takeOver(tx, ref, { runId: "silent" }));
  expect(await withTenant(scope, (tx) => takeOver(tx, ref, { runId: "next" }))).toBeNull();
  await moveClock("3 minutes");
  expect(await withTenant(scope, (tx) => findStalled(tx, ref))).toMatchObject({ fence: 1 });
  expect(await withTenant(scope, (tx) => takeOver(tx, ref, { runId: "next" }))).toBe(2);
  await withTenant(scope, async (tx) => {
    expect(await holds(tx, ref, 1)).toBe(false);
    expect(await yieldUntil(tx, ref, 1, { until: null })).toBe(false);
    expect(await handOver(tx, ref, 1)).toBeNull();
    expect(await holds(tx, ref, 2)).toBe(true);
  });
});

test("work that arrives after a run has died begins at once, with what the dead one left", async () => {
  const { scope, ref } = await newDriver();
  await withTenant(scope, (tx) => takeOver(tx, ref, { runId: "dead" }));
  await withTenant(scope, async (tx) => {
    expect(await wake(tx, ref, await now(tx, 3_600))).toBeNull();
  });
  await moveClock("3 minutes");
  await withTenant(scope, async (tx) => {
    expect(await wake(tx, ref, await now(tx, 3_600))).toBe(2);
    // Not only in an hour: the dead run was at work.
    expect(await wake(tx, ref, await now(tx, 1_800))).toBeNull();
    expect(await takeOver(tx, ref, { runId: "next" })).toBe(3);
  });
});

test("a sleeper is woken by earlier work only, once, and not before it could act", async () => {
  const { scope, ref } = await newDriver();
  await withTenant(scope, async (tx) => {
    const fence = (await takeOver(tx, ref, { runId: "sleeper" })) ?? -1;
    await yieldUntil(tx, ref, fence, { until: await now(tx, 3_600), notBefore: await now(tx, 600) });
    expect(await wake(tx, ref, await now(tx, 7_200))).toBeNull();
    expect(await takeOver(tx, ref, { runId: "other" })).toBeNull();
    const woken = await wake(tx, ref, await now(tx, 5));
    expect(woken).toBe(fence + 1);
    expect(await wake(tx, ref, await now(tx, 5))).toBeNull();
    expect(await holds(tx, ref, fence)).toBe(false);
    const [row] = await tx.execute<{ in: number }>(sql`
      select extract(epoch from wakes_at - app_now())::float8 as "in" from step_drivers where step_id = ${ref.id}::uuid`);
    expect(row?.in).toBeGreaterThan(590);
    expect(await wakeNow(tx, ref)).toBe(fence + 2);
  });
});

test("work that arrives while a run decides to sleep is seen by it or wakes it: never lost", async () => {
  for (let round = 0; round < 12; round += 1) {
    const { scope, ref, stepId } = await newDriver();
    const fence = (await withTenant(scope, (tx) => takeOver(tx, ref, { runId: "driver" }))) ?? -1;
    const arriving = withTenant(scope, async (tx) => {
      await tx.execute(sql`select pg_sleep(${(round % 4) * 0.004})`);
      await tx.execute(sql`update campaign_steps set name = 'work' where id = ${stepId}::uuid`);
      return wake(tx, ref, await now(tx));
    });
    const sleeping = withTenant(scope, async (tx) => {
      await holds(tx, ref, fence);
      const [seen] = await tx.execute<{ name: string | null }>(
        sql`select name from campaign_steps where id = ${stepId}::uuid`,
      );
      await tx.execute(sql`select pg_sleep(0.006)`);
      await yieldUntil(tx, ref, fence, { until: null });
      return seen?.name === "work";
    });
    const [woken, seen] = await Promise.all([arriving, sleeping]);
    expect(seen || woken !== null).toBe(true);
  }
});

test("those who bring work side by side to a run that is at it hold it together, and it waits for all of them", async () => {
  const { scope, ref, stepId } = await newDriver();
  const fence = (await withTenant(scope, (tx) => takeOver(tx, ref, { runId: "driver" }))) ?? -1;
  const [one, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const [oneHolds, otherHolds] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const bring = (held: () => void, gate: Promise<void>) =>
    withTenant(scope, async (tx) => {
      expect(await wake(tx, ref, await now(tx), { beside: true })).toBeNull();
      held();
      await gate;
    });
  const bringing = [bring(oneHolds.resolve, one.promise), bring(otherHolds.resolve, other.promise)];
  // Neither waits for the other.
  await Promise.all([oneHolds.promise, otherHolds.promise]);
  let held = false;
  const driving = withTenant(scope, async (tx) => (held = await holds(tx, ref, fence)));
  one.resolve();
  await bringing[0];
  await withTenant(scope, (tx) =>
    tx.execute(sql`select pg_sleep(0.05) from campaign_steps where id = ${stepId}::uuid`),
  );
  expect(held).toBe(false);
  other.resolve();
  await Promise.all(bringing);
  expect(await driving).toBe(true);
});

test("those who work side by side hold a driver together while its fence is theirs", async () => {
  const { scope, ref } = await newDriver();
  const fence = (await withTenant(scope, (tx) => takeOver(tx, ref, { runId: "driver" }))) ?? -1;
  await withTenant(scope, async (one) => {
    expect(await joins(one, ref, fence)).toBe(true);
    expect(await withTenant(scope, (other) => joins(other, ref, fence))).toBe(true);
  });
  expect(await withTenant(scope, (tx) => handOver(tx, ref, fence))).toBe(fence + 1);
  expect(await withTenant(scope, (tx) => joins(tx, ref, fence))).toBe(false);
});
