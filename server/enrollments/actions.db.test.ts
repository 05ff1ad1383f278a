import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createCampaign, createContacts, createList, type StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import { sinks } from "#server/messages/testing-sinks";
import { takeArrivals } from "./arrivals.ts";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import { createRunner, emailStep, launch, newCampaign, places, type Started } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const two = ["ada@example.test", "bea@example.test"];
const action = (actionType: string, actionConfig: Record<string, unknown> = {}): StepValues => ({
  stepType: "action",
  actionType,
  actionConfig,
});

async function run(campaign: Started): Promise<void> {
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
}

type Person = {
  email: string;
  status: string;
  stage: string;
  tags: string[];
  lists: string[];
  custom: unknown;
};
const people = ({ scope }: Started) =>
  withTenant(scope, async (tx) => [
    ...(await tx.execute<Person>(sql`
      select email, status, lifecycle_stage as stage, custom_fields as custom,
        array(select t.name from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id order by 1) as tags,
        array(select s.name from segment_contacts m join segments s on s.id = m.segment_id
          where m.contact_id = c.id and s.name in ('VIP', 'Cold') order by 1) as lists
      from contacts c order by email`)),
  ]);

test("each action does what it says, to everybody who comes by, and says on their timeline which campaign did it", async () => {
  const [vip, cold] = [crypto.randomUUID(), crypto.randomUUID()];
  const campaign = await newCampaign({
    emails: two,
    steps: [
      action("add_tag", { tag: "Keen" }),
      action("add_tag", { tag: "new" }),
      action("remove_tag", { tag: "NEW" }),
      action("add_to_list", { listId: vip }),
      action("add_to_list", { listId: cold }),
      action("remove_from_list", { listId: cold }),
      action("update_field", { field: "lifecycle_stage", value: "contacted" }),
      action("update_field", { field: "custom.seats", value: "12.5" }),
      action("update_field", { field: "custom.trial", value: "yes" }),
      emailStep(),
    ],
  });
  await withTenant(campaign.scope, async (tx) => {
    for (const [id, name] of [
      [vip, "VIP"],
      [cold, "Cold"],
    ] as const) {
      const made = await createList(tx, { name, contactIds: [] });
      await tx.execute(sql`update campaign_steps set action_config = jsonb_build_object('listId', ${made}::text)
        where action_config ->> 'listId' = ${id}`);
    }
    await tx.execute(sql`insert into custom_field_definitions (field_name, label, field_type)
      values ('seats', 'Seats', 'number'), ('trial', 'Trial', 'boolean')`);
  });
  await run(campaign);
  const became = {
    stage: "contacted",
    tags: ["keen"],
    lists: ["VIP"],
    custom: { seats: 12.5, trial: true },
    status: "active",
  };
  expect(await people(campaign)).toEqual(two.map((email) => ({ email, ...became })));
  const events = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ type: string; count: number }>(sql`
      select type, count(*)::int as count from contact_events
      where data ->> 'campaignId' = ${campaign.campaignId} and type <> 'email.sent' group by type order by type`),
  );
  expect([...events]).toEqual([
    { type: "contact.stage_changed", count: 2 },
    { type: "contact.updated", count: 4 },
    { type: "list.added", count: 4 },
    { type: "list.removed", count: 2 },
    { type: "tag.added", count: 4 },
    { type: "tag.removed", count: 2 },
  ]);
});

test("who is unsubscribed by an action is out of every campaign, and no mail reaches them", async () => {
  const campaign = await newCampaign({ emails: two, steps: [action("unsubscribe"), emailStep()] });
  await run(campaign);
  expect((await people(campaign)).map(({ status }) => status)).toEqual(["unsubscribed", "unsubscribed"]);
  expect((await places(campaign)).map(({ status }) => status)).toEqual(["unsubscribed", "unsubscribed"]);
  const [row] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ suppressed: number }>(
      sql`select count(*)::int as suppressed from suppressions where source = 'campaign'`,
    ),
  );
  expect(row).toEqual({ suppressed: 2 });
  expect(sinks.mails.filter((mail) => mail.raw.includes(campaign.scope.workspaceId))).toEqual([]);
});

test("an action that cannot be done holds everybody with the reason, and goes on when it has been mended", async () => {
  const campaign = await newCampaign({
    emails: two,
    steps: [action("update_field", { field: "custom.seats", value: "12" }), emailStep()],
  });
  await run(campaign);
  expect((await places(campaign)).map((place) => place.wait_reason)).toEqual([
    "config_error",
    "config_error",
  ]);
  expect((await people(campaign)).map(({ custom }) => custom)).toEqual([{}, {}]);
  await withTenant(campaign.scope, (tx) =>
    tx.execute(
      sql`insert into custom_field_definitions (field_name, label, field_type) values ('seats', 'Seats', 'number')`,
    ),
  );
  const { campaignId, scope } = campaign;
  await withTenant(scope, (tx) => pauseCampaign(tx, { campaignId }));
  await commitThenSend(scope, (tx) => resumeCampaign(tx, { campaignId }));
  await runner.settle();
  expect((await people(campaign)).map(({ custom }) => custom)).toEqual([{ seats: 12 }, { seats: 12 }]);
});

test("contacts are added and moved to a campaign that runs, and taken out of one; who goes round in circles is stopped", async () => {
  const other = await newCampaign({
    emails: ["zoe@example.test"],
    steps: [{ stepType: "wait", waitDuration: { value: 9, unit: "days" } }],
  });
  await run(other);
  const { scope } = other;
  const from = (actionType: string, rest: StepValues[] = []) =>
    withTenant(scope, async (tx) => {
      const contactIds = await createContacts(tx, [{ email: `${actionType}@example.test` }]);
      const listId = await createList(tx, { contactIds });
      return createCampaign(tx, {
        emailAccountId: other.emailAccountId,
        audience: { everyone: false, include: [listId], exclude: [] },
        steps: [action(actionType, { campaignId: other.campaignId }), ...rest],
      });
    });
  const standing = async ({ campaignId }: { campaignId: string }) =>
    (await places({ ...other, campaignId })).map(({ email, status, exit_reason }) => [
      email,
      status,
      exit_reason,
    ]);
  const go = async (campaign: { campaignId: string }) => {
    await launch(scope, campaign.campaignId);
    await runner.settle();
    await withTenant(scope, (tx) => takeArrivals(tx, { scope, campaignId: other.campaignId, size: 100 }));
    await runner.settle();
  };
  const adds = await from("add_to_campaign");
  await go(adds);
  expect(await standing(adds)).toEqual([["add_to_campaign@example.test", "completed", null]]);
  const moves = await from("move_to_campaign", [emailStep()]);
  await go(moves);
  expect(await standing(moves)).toEqual([["move_to_campaign@example.test", "exited", "moved"]]);
  expect((await standing(other)).map(([email, status]) => `${email}: ${status}`)).toEqual([
    "add_to_campaign@example.test: enrolled",
    "move_to_campaign@example.test: enrolled",
    "zoe@example.test: enrolled",
  ]);
  const [stepId = ""] = adds.stepIds;
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update campaign_steps set action_type = 'remove_from_campaign' where id = ${stepId}::uuid`,
    ),
  );
  const again = (visit: number) =>
    withTenant(scope, async (tx) => {
      await tx.execute(sql`update campaigns set status = 'active' where id = ${adds.campaignId}::uuid`);
      await tx.execute(sql`update campaign_contacts set status = 'active', current_step_id = ${stepId}::uuid, visit = 1,
        run_number = ${visit}, completed_at = null, next_email_scheduled_at = app_now() where campaign_id = ${adds.campaignId}::uuid`);
      await tx.execute(sql`update step_drivers set wakes_at = app_now() - interval '1 hour', run_id = null, lease_until = null
        where step_id = ${stepId}::uuid`);
    });
  const turn = async (pass: number) => {
    await again(pass);
    await runner.sweep();
    await runner.settle();
  };
  await turn(2);
  expect((await standing(other))[0]).toEqual(["add_to_campaign@example.test", "exited", "action_exit"]);
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_steps set action_type = 'add_to_campaign' where id = ${stepId}::uuid`),
  );
  for (const pass of [3, 4, 5, 6]) await turn(pass);
  expect(await standing(adds)).toEqual([["add_to_campaign@example.test", "failed", "config_error"]]);
});
