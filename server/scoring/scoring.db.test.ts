import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createContacts } from "#db/factories";
import { type Scope, withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { sinks } from "#server/messages/testing-sinks";
import { scoreNext, takeScores } from "./refresh.ts";
import { defaultScoring, type ScoringInput, type ScoringRules } from "./schema.ts";

const input = (scoring: ScoringRules = defaultScoring): ScoringInput => ({
  scoring,
  decayEnabled: true,
  decayRate: 5,
  decayIntervalDays: 30,
  isActive: true,
});

async function score(scope: Scope, modelId: string): Promise<number> {
  const fence = await takeScores(scope, modelId, crypto.randomUUID());
  if (fence === null) throw new Error("Another run is at work.");
  for (let changed = 0; ;) {
    const slice = await scoreNext(scope, modelId, fence);
    changed += slice.changed;
    if (slice.done) return changed;
  }
}

type Happened = { who: string; type: "opened" | "clicked"; daysAgo: number; url?: string; machine?: boolean };

/** Opens and clicks of contacts, by address. */
const happen = (scope: Scope, what: Happened[]) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`
      insert into email_events (message_id, contact_id, type, occurred_at, url, is_machine)
      select uuidv7(), c.id, w.type, app_now() - make_interval(days => w."daysAgo", mins => 1), w.url, coalesce(w.machine, false)
      from jsonb_to_recordset(${JSON.stringify(what)}::jsonb) as w(who text, type text, "daysAgo" int, url text, machine boolean)
      join contacts c on c.email = w.who`),
  );

async function people(...values: { email: string; jobTitle?: string; status?: "active" | "unsubscribed" }[]) {
  const tenant = await newTenant();
  const ids = await withTenant(tenant.scope, (tx) => createContacts(tx, values));
  return {
    ...tenant,
    ids,
    of: (index: number) => tenant.caller.scoring.ofContact({ contactId: ids[index] ?? "" }),
  };
}

test("a score adds what somebody did, up to its caps, and who they are; a machine counts nothing", async () => {
  const { caller, scope, of } = await people(
    { email: "keen@people.test", jobTitle: "CEO" },
    { email: "robot@people.test" },
    { email: "gone@people.test", jobTitle: "Founder", status: "unsubscribed" },
  );
  await happen(scope, [
    // Four opens of one day count as three; a second click within 30 days counts half as much again.
    ...[0, 0, 0, 0].map((daysAgo) => ({ who: "keen@people.test", type: "opened" as const, daysAgo })),
    { who: "keen@people.test", type: "clicked", daysAgo: 12, url: "https://a.test/Pricing" },
    { who: "robot@people.test", type: "opened", daysAgo: 1, machine: true },
    { who: "gone@people.test", type: "clicked", daysAgo: 1, url: "https://a.test/" },
  ]);
  const { id } = await caller.scoring.save(input());
  await score(scope, id);
  expect(await of(0)).toMatchObject({
    engagement: 25,
    fit: 25,
    intent: 20,
    penalty: 0,
    total: 70,
    tier: "mql",
  });
  expect(await of(1)).toMatchObject({ total: 0, history: [] });
  expect(await of(2)).toMatchObject({ engagement: 10, fit: 25, total: 0, tier: "cold" });
  await happen(scope, [{ who: "keen@people.test", type: "clicked", daysAgo: 1, url: "https://a.test/" }]);
  await caller.scoring.refresh();
  await score(scope, id);
  expect(await of(0)).toMatchObject({
    engagement: 40,
    total: 85,
    tier: "sql",
    history: [
      { before: 70, after: 85 },
      { before: 0, after: 70 },
    ],
  });
  const [row] = await withTenant(scope, (tx) =>
    tx.execute(sql`select lead_score from contacts where email = 'keen@people.test'`),
  );
  expect(row).toEqual({ lead_score: 85 });
});

test("worked out again, nothing changes; with idle months engagement fades", async () => {
  const { caller, scope, of } = await people({ email: "a@people.test" });
  await happen(
    scope,
    [0, 1, 2, 3].map((daysAgo) => ({ who: "a@people.test", type: "opened", daysAgo })),
  );
  const { id } = await caller.scoring.save(input());
  expect(await score(scope, id)).toBe(1);
  await caller.scoring.refresh();
  expect(await score(scope, id)).toBe(0);
  await moveClock("61 days");
  expect(await score(scope, id)).toBe(1);
  // 20 × 0.95²
  expect(await of(0)).toMatchObject({ engagement: 18, total: 18 });
});

test("a tier is said once per crossing, and a score that wavers about its edge stays in it", async () => {
  const { caller, scope, ids, of } = await people({ email: "a@people.test", jobTitle: "x" });
  const worth = (points: number): ScoringInput =>
    input({
      version: 1,
      tiers: { nurture: 26, mql: 51, sql: 76 },
      rules: [
        {
          kind: "match",
          name: "Everybody",
          category: "fit",
          points,
          rules: { version: 1, match: "all", rules: [] },
        },
      ],
    });
  let seen: Date | undefined;
  const tiers: (string | undefined)[] = [];
  for (const points of [26, 24, 26, 22, 26]) {
    const { id, updatedAt } = await caller.scoring.save({ ...worth(points), ...(seen && { seen }) });
    seen = updatedAt;
    await score(scope, id);
    tiers.push((await of(0))?.tier);
  }
  expect(tiers).toEqual(["nurture", "nurture", "nurture", "cold", "nurture"]);
  const said = sinks.events.filter(
    ({ name, data }) => name === "score/tier.changed" && data.workspaceId === scope.workspaceId,
  );
  expect(said.map(({ data }) => [data.tier, data.contactIds])).toEqual([
    ["nurture", ids],
    ["cold", ids],
    ["nurture", ids],
  ]);
});

test("a score set by hand holds until its days are over, and the change has a name", async () => {
  const { caller, scope, ids, of } = await people({ email: "a@people.test", jobTitle: "Manager" });
  const { id } = await caller.scoring.save(input());
  await score(scope, id);
  await caller.scoring.override({ contactId: ids[0] ?? "", total: 8, days: 10 });
  expect(await of(0)).toMatchObject({ overridden: true, history: [{ what: "recalculated", actor: null }] });
  await caller.scoring.override({ contactId: ids[0] ?? "", total: 90, days: 10 });
  expect(await of(0)).toMatchObject({
    total: 90,
    overridden: true,
    fit: 8,
    history: [{ what: "overridden", before: 8, after: 90, actor: "Olive Owner" }, { after: 8 }],
  });
  await moveClock("5 days");
  expect(await score(scope, id)).toBe(0);
  await moveClock("6 days");
  expect(await score(scope, id)).toBe(1);
  expect(await of(0)).toMatchObject({
    total: 8,
    overridden: false,
    history: [{ what: "override_ended" }, {}, {}],
  });
  const stranger = await newTenant();
  await expect(stranger.caller.scoring.override({ contactId: ids[0] ?? "", total: 1 })).rejects.toThrow();
  await stranger.caller.scoring.save(input());
  await expect(stranger.caller.scoring.override({ contactId: ids[0] ?? "", total: 1 })).rejects.toThrow(
    "No such contact.",
  );
});

test("a change of scoring over one that was not seen is refused", async () => {
  const { caller } = await people({ email: "a@people.test" });
  const { updatedAt } = await caller.scoring.save(input());
  await caller.scoring.save({ ...input(), decayRate: 7, seen: updatedAt });
  await expect(caller.scoring.save({ ...input(), seen: updatedAt })).rejects.toThrow(
    /changed the scoring meanwhile/,
  );
});
