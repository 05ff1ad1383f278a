import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createSegment, createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { ensureReader } from "#server/replies/reader";
import { defaultScoring } from "#server/scoring/schema";
import { requestRefresh } from "#server/segments/refresh";
import type { JobWait } from "./schema.ts";

test("segments, scores and mailboxes that nobody works on say so, with the time of the next try", async () => {
  const { scope, caller, workspaceId, emailAccountId } = await newTenant();
  const decay = { decayEnabled: true, decayRate: 5, decayIntervalDays: 30 };
  await caller.scoring.save({ scoring: defaultScoring, ...decay, isActive: true });
  const rules = { version: 1, match: "all", rules: [] };
  const segmentId = await withTenant(scope, async (tx) => {
    const id = await createSegment(tx, { name: "All", rules });
    await requestRefresh(tx, workspaceId);
    await ensureReader(tx, emailAccountId);
    await tx.execute(sql`update mailbox_readers set wakes_at = app_now()`);
    return id;
  });
  const shownLate = ({ waitCode, waitUntil }: JobWait) => (waitCode === "no_worker" ? waitUntil : waitCode);
  const lateOnes = async () => {
    const scoring = await caller.scoring.current();
    const { mailboxes } = await caller.mailboxes.list();
    return [
      shownLate(await caller.segments.byId({ id: segmentId })),
      scoring.id === null ? undefined : shownLate(scoring),
      mailboxes.find(({ id }) => id === emailAccountId)?.readLateUntil,
    ];
  };
  expect(await lateOnes()).toEqual(["starting", "starting", null]);
  await moveClock("100 seconds");
  const [row] = await withTenant(scope, (tx) =>
    tx.execute<{ at: Date }>(sql`select date_trunc('minute', app_now()) + interval '1 minute' as at`),
  );
  expect(await lateOnes()).toEqual([row?.at, row?.at, row?.at]);
  for (const table of ["segment_drivers", "lead_scoring_models", "mailbox_readers"])
    await withTenant(scope, (tx) =>
      tx.execute(sql`update ${sql.identifier(table)} set lease_until = app_now() + interval '1 minute'`),
    );
  expect(await lateOnes()).toEqual([null, null, null]);
});

test("segments and scores that wait for those of another workspace of the organization say so", async () => {
  const tenant = await newTenant();
  const { scope, caller, workspaceId } = tenant;
  const sibling = await createWorkspace(tenant);
  const decay = { decayEnabled: true, decayRate: 5, decayIntervalDays: 30 };
  await caller.scoring.save({ scoring: defaultScoring, ...decay, isActive: true });
  const rules = { version: 1, match: "all", rules: [] };
  const segmentId = await withTenant(scope, async (tx) => {
    const id = await createSegment(tx, { name: "All", rules });
    await requestRefresh(tx, workspaceId);
    return id;
  });
  await withTenant(sibling.scope, async (tx) => {
    await requestRefresh(tx, sibling.workspaceId);
    await tx.execute(sql`insert into lead_scoring_models (name, rules) values ('Scores', '{}')`);
    for (const table of ["segment_drivers", "lead_scoring_models"])
      await tx.execute(
        sql`update ${sql.identifier(table)} set lease_until = app_now() + interval '1 minute'`,
      );
  });
  const behind = (waitLane: string) => ({ waitCode: "behind_other_job", waitLane, waitsBehind: null });
  expect(await caller.segments.byId({ id: segmentId })).toMatchObject(behind("segments"));
  expect(await caller.scoring.current()).toMatchObject(behind("scores"));
});
