import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { appNow } from "#db/clock";
import { createSegment, createTenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { compileRules } from "./compile.ts";
import { ruleContext } from "./queries.ts";
import type { RuleTree } from "./schema.ts";
import { type Asked, fits } from "./testing-evaluate.ts";
import { person, settle } from "./testing-people.ts";
import { anyTree } from "./testing-rules.ts";

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"];

it("whatever the rules and the people, SQL picks exactly those whom the rules mean", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    const now = await appNow(tx);
    const drawn = fc.sample(fc.array(person(now), { minLength: 60, maxLength: 60 }), { numRuns: 1 })[0] ?? [];
    const world = await settle(tx, drawn);
    const [made] = await tx.execute<{ at: Date }>(
      sql`select date_trunc('milliseconds', min(created_at)) as at from contacts`,
    );
    await tx.execute(sql`update contacts set created_at = ${made?.at.toISOString()}::timestamptz`);
    const segments = new Map<string, RuleTree>();
    for (const [index, rules] of fc.sample(anyTree(world, now, []), 3).entries())
      segments.set(await createSegment(tx, { name: `Segment ${index}`, rules }), rules);
    const tree = anyTree(world, now, [...segments.keys()]);

    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom(...zones), async (rules, zone) => {
        const asked: Asked = { now, zone, world, createdAt: made?.at ?? now, segments };
        const predicate = compileRules(rules, { ...(await ruleContext(tx, rules)), now, zone });
        const found = await tx.execute<{ id: string; fits: boolean | null }>(
          sql`select c.id, ${predicate} as fits from contacts c order by c.id`,
        );
        const meant = world.people.map((one) => ({ id: one.id, fits: fits(one, rules, asked) }));
        expect([...found]).toEqual(meant.sort((a, b) => (a.id < b.id ? -1 : 1)));
      }),
      { numRuns: 300, interruptAfterTimeLimit: 4000, markInterruptAsFailure: false },
    );
  });
}, 30_000);
