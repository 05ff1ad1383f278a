// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { createTenant, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { sweepBearers, sweepWaiters } from "#server/drivers/sweep";
import { createRunner, emailStep, launch, newCampaign, places } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { change, name, quietCampaign } from "#server/messages/testing-undisturbed";

const waitsForTheTag = {
  waitUpTo: { value: 3, unit: "days" },
  conditionRules: {
    version: 1,
    match: "any",
    rules: [{ field: "tags", operator: "contains_any", value: ["keen"] }],
  },
};

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** Notes that so many contacts of the workspace, who are in no campaign, are to be looked at again. */
const note = ({ scope, workspaceId }: Pick<Tenant, "scope" | "workspaceId">, count: number) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`
      with made as (
        insert into contacts (email, email_normalized)
        select email, email from generate_series(1, ${count}::int) n, lower(${workspaceId}::text || n || '@x.test') email
        returning id)
      insert into missed_wakes (contact_id) select id from made`),
  );

const noted = ({ scope }: Pick<Tenant, "scope">) =>
  withTenant(scope, async (tx) => (await tx.execute(sql`select from missed_wakes`)).length);

const blocked = () =>
  asOwner(async (owner) => {
    const rows =
      await owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return rows.length;
  });

test("a workspace with many who are to be looked at again holds up no other", async () => {
  const [many, few] = [await createTenant(), await createTenant()];
  await note(many, 5);
  await note(few, 1);
  const due = await withoutTenant((tx) =>
    tx.execute<{ workspace_id: string }>(sql`select workspace_id from due_missed_wakes(3)`),
  );
  const ids = due.map(({ workspace_id }) => workspace_id);
  expect(ids.toSorted()).toEqual([many.workspaceId, many.workspaceId, few.workspaceId].toSorted());
  await sweepWaiters();
  expect([await noted(many), await noted(few)]).toEqual([0, 0]);
});

test("those who have a tag that is no longer the one hold up nobody of another workspace, however long they are waited for", async () => {
  const [campaign, other] = [await quietCampaign(), await createTenant()];
  const { scope, campaignId, contactIds, stepIds } = campaign;
  await change(campaign, "tag", contactIds);
  await launch(scope, campaignId);
  await runner.settle();
  await name(campaign, null);
  await note(other, 1);
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`select from step_drivers where step_id = ${stepIds[0]}::uuid for no key update`);
    const swept = sweepWaiters();
    await expect.poll(() => noted(other), { timeout: 5000 }).toBe(0);
    expect(await swept).toMatchObject({ failed: [] });
    expect(await noted(campaign)).toBe(1);
  });
  expect(await sweepBearers()).toMatchObject({ failed: [] });
  expect(await noted(campaign)).toBe(0);
});

/** Somebody who waits at a condition before an email, and somebody who stands at that email. */
async function beforeAndAtAnEmail() {
  const campaign = await newCampaign({
    emails: ["ada@x.test", "bea@x.test"],
    steps: [{ stepType: "condition", ...waitsForTheTag }, emailStep()],
  });
  const { scope, campaignId, contactIds, stepIds } = campaign;
  await launch(scope, campaignId);
  await runner.settle();
  const [condition = "", email = ""] = stepIds;
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update campaign_contacts set current_step_id = ${email}::uuid, next_email_scheduled_at = null,
        wait_reason = 'do_not_disturb' where contact_id = ${contactIds[1]}::uuid`),
  );
  expect((await places(campaign)).map(({ wait_reason }) => wait_reason)).toEqual([
    "waiting_for_condition",
    "do_not_disturb",
  ]);
  return { ...campaign, condition, email };
}

test("a run that brings people from a condition to the email behind it and the sweeper do not wait for each other", async () => {
  const campaign = await beforeAndAtAnEmail();
  const { scope, contactIds, condition, email } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(sql`insert into missed_wakes (contact_id) select unnest(${sql.param(contactIds)}::uuid[])`),
  );
  const sweeping = await withTenant(scope, async (tx) => {
    const drive = (id: string) =>
      tx.execute(sql`select from step_drivers where step_id = ${id}::uuid for no key update nowait`);
    await drive(condition);
    const swept = sweepWaiters();
    await expect.poll(blocked, { timeout: 5000 }).toBe(1);
    // Else the two would wait for each other.
    await drive(email);
    return { swept };
  });
  expect(await sweeping.swept).toMatchObject({ failed: [] });
  expect(await noted(campaign)).toBe(0);
});

test("of many who are to be looked at again a thousand at once are, and who comes later holds up none before", async () => {
  const campaign = await beforeAndAtAnEmail();
  const { scope, contactIds, email } = campaign;
  await note(campaign, 1000);
  await withTenant(scope, (tx) =>
    tx.execute(sql`insert into missed_wakes (contact_id) values (${contactIds[1]}::uuid)`),
  );
  const sweeping = await withTenant(scope, async (tx) => {
    await tx.execute(sql`select from step_drivers where step_id = ${email}::uuid for no key update`);
    const swept = sweepWaiters();
    await expect.poll(() => noted(campaign), { timeout: 10_000 }).toBe(1);
    return { swept };
  });
  expect(await sweeping.swept).toMatchObject({ failed: [] });
  expect(await noted(campaign)).toBe(0);
});
