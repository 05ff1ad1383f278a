import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createTenant, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { sweepFailures } from "#server/metrics";
import { sweepDrafts, sweepHolidays } from "./sweep.ts";
import { sweepAll } from "./sweep-workspaces.ts";

const addCalendar = ({ scope }: Tenant, country: string) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`insert into holiday_calendars (country, filled_until) values (${country}, 2020)`),
  );
const countDays = ({ scope }: Tenant) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ count: number }>(sql`select count(*)::int as count from blackout_dates`);
    return row?.count ?? 0;
  });
const failuresOf = async (sweep: string) =>
  (await sweepFailures.get()).values.find(({ labels }) => labels.sweep === sweep)?.value ?? 0;

/** Whatever is done to its calendars fails in this workspace, as it would with a row that no code has expected. */
async function whilePoisoned<T>({ workspaceId }: Tenant, work: () => Promise<T>): Promise<T> {
  await asOwner((owner) =>
    owner.unsafe(
      `alter table holiday_calendars add constraint poisoned
       check (workspace_id <> '${workspaceId}' or filled_until = 2020) not valid`,
    ),
  );
  try {
    return await work();
  } finally {
    await asOwner((owner) => owner.unsafe("alter table holiday_calendars drop constraint poisoned"));
  }
}

test("a workspace that cannot be swept is named, and holds back neither the others nor the sweeps behind it", async () => {
  const [first, poisoned, last] = [await createTenant(), await createTenant(), await createTenant()];
  await addCalendar(first, "DE");
  await addCalendar(poisoned, "ES");
  await addCalendar(last, "FR");
  const before = [await failuresOf("fill-holidays"), await failuresOf("look-up")];
  const order: string[] = [];
  const sweeps = {
    "look-up": () => Promise.reject(new Error("the look-up itself fails")),
    "fill-holidays": sweepHolidays,
    "write-drafts": sweepDrafts,
  };
  const swept = whilePoisoned(poisoned, () =>
    sweepAll(sweeps, (name, work) => {
      order.push(name);
      return work();
    }),
  );
  const said = await swept.then(
    () => "",
    (error: Error) => error.message,
  );
  expect(said).toContain("look-up: the look-up itself fails");
  expect(said).toContain(
    `fill-holidays in workspace ${poisoned.workspaceId} of tenant ${poisoned.tenantId}: `,
  );
  expect(said).toContain('violates check constraint "poisoned"');
  expect(said).not.toContain(last.workspaceId);
  expect(order).toEqual(["look-up", "fill-holidays", "write-drafts"]);
  expect(await countDays(first)).toBeGreaterThan(50);
  expect(await countDays(poisoned)).toBe(0);
  expect(await countDays(last)).toBeGreaterThan(50);
  expect([await failuresOf("fill-holidays"), await failuresOf("look-up")]).toEqual(before.map((n) => n + 1));

  // Mended, it is swept in the next minute.
  await sweepAll({ "fill-holidays": sweepHolidays }, (_, work) => work());
  expect(await countDays(poisoned)).toBeGreaterThan(50);
});
