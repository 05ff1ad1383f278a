import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { createCampaign, createSegment } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { refreshNext, requestRefresh, takeRefresh } from "#server/segments/refresh";
import { importFile, type TestTenant, undoFile } from "./testing.ts";

/** Has every segment worked out anew, as after every change. */
async function recalculate({ scope, workspaceId }: TestTenant): Promise<void> {
  await withTenant(scope, (tx) => requestRefresh(tx, workspaceId));
  const fence = await takeRefresh(scope, v7());
  while (!(await refreshNext(scope, fence ?? -1)).done);
}

/** Who stands at which door, taken away from there. */
const atDoors = ({ scope }: TestTenant) =>
  withTenant(scope, async (tx) => {
    const rows = await tx.execute<{ who: string }>(sql`
      with gone as (delete from campaign_arrivals returning *)
      select concat_ws(' ', split_part(c.email, '@', 1), t.role, t.trigger_type) as who
      from gone a join campaign_triggers t on t.id = a.trigger_id join contacts c on c.id = a.contact_id order by 1`);
    return rows.map(({ who }) => who);
  });

test("who comes back into a segment's rules, or falls out of them, by an undo comes to no campaign by that", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  await importFile(tenant, "email,city\nback@example.com,Ulm\nout@example.com,Bonn\n");
  const rules = { version: 1, match: "all", rules: [{ field: "city", operator: "equals", value: "Ulm" }] };
  await withTenant(scope, async (tx) => {
    const segmentId = await createSegment(tx, { name: "Ulm", rules });
    const { campaignId } = await createCampaign(tx, { status: "active", steps: [{ stepType: "email" }] });
    await tx.execute(sql`
      insert into campaign_triggers (campaign_id, role, trigger_type, segment_id)
      select ${campaignId}::uuid, role, type, ${segmentId}::uuid from (values
        ('enter', 'segment_entered'), ('enter', 'segment_left'), ('leave', 'segment_left')) v(role, type)`);
  });
  await recalculate(tenant);
  expect(await atDoors(tenant)).toEqual(["back enter segment_entered"]);
  const { id } = await importFile(tenant, "email,city\nback@example.com,Bonn\nout@example.com,Ulm\n", {
    duplicates: "overwrite",
  });
  await recalculate(tenant);
  const away = ["enter segment_left", "leave segment_left"];
  expect(await atDoors(tenant)).toEqual([...away.map((door) => `back ${door}`), "out enter segment_entered"]);

  expect((await undoFile(tenant, id)).undoReport).toMatchObject({ restored: 2 });
  await recalculate(tenant);
  // It is who is in that is as it was; and who must leave a campaign leaves it.
  expect(await atDoors(tenant)).toEqual(["out leave segment_left"]);

  const { rows } = await caller.contacts.list({ sort: "email" });
  for (const [at, value] of ["Bonn", "Ulm"].entries())
    await caller.contacts.edit({
      id: rows[at]?.id ?? "",
      field: "city",
      seen: rows[at]?.city ?? "",
      value,
    });
  await recalculate(tenant);
  expect(await atDoors(tenant)).toEqual([...away.map((door) => `back ${door}`), "out enter segment_entered"]);
});
