import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign, createContact, createTenant } from "#db/factories";
import { withTenant, type Scope, type TenantTx } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { refreshPerformance, rollUpNext } from "./refresh.ts";
import { rollUp } from "./rollup.ts";

/** A sent message, so many hours ago, and so many hours later what came of it. */
type Sent = {
  stepId: string;
  hoursAgo: number;
  opened?: number;
  clicked?: number;
  bounced?: number;
  unsubscribed?: number;
  machine?: number;
};

async function send(
  tx: TenantTx,
  { campaignId, contactId }: { campaignId: string; contactId: string },
  mails: readonly Sent[],
) {
  await tx.execute(sql`
    with mails as materialized (
      select uuidv7() as id, app_now() - make_interval(mins => (s."hoursAgo" * 60)::int) as at, s.*
      from jsonb_to_recordset(${JSON.stringify(mails)}::jsonb) as s ("stepId" uuid, "hoursAgo" int, opened int, clicked int, bounced int,
        unsubscribed int, machine int)
    ), events as (
      insert into email_events (message_id, campaign_id, step_id, contact_id, type, is_machine, occurred_at)
      select m.id, ${campaignId}::uuid, m."stepId", ${contactId}::uuid, v.type, v.machine, m.at + make_interval(hours => v.later)
      from mails m cross join lateral (values ('opened', m.opened, false), ('clicked', m.clicked, false), ('bounced', m.bounced, false),
        ('unsubscribed', m.unsubscribed, false), ('opened', m.machine, true)) as v (type, later, machine) where v.later is not null
    )
    insert into content.email_messages (id, campaign_id, step_id, contact_id, email_account_id, from_email, to_email, delivery_status,
      sent_at, first_opened_at, first_clicked_at, bounced_at, bounce_type, unsubscribed_at, machine_open_count)
    select id, ${campaignId}::uuid, "stepId", ${contactId}::uuid, (select id from email_accounts limit 1), 'a@x.test', 'b@x.test', 'sent',
      at, at + make_interval(hours => opened), at + make_interval(hours => clicked), at + make_interval(hours => bounced),
      case when bounced is not null then 'hard' end, at + make_interval(hours => unsubscribed), (machine is not null)::int
    from mails`);
}

type Ledger = {
  sent: Date | null;
  opened: Date | null;
  clicked: Date | null;
  bounced: Date | null;
  out: Date | null;
};

/** The days of a campaign counted one message at a time, by the calendar of the language and not of the database. */
async function plainRecount(
  tx: TenantTx,
  campaignId: string,
  zone: string,
): Promise<Record<string, number[]>> {
  const calendar = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  const days: Record<string, number[]> = {};
  const count = (at: Date | null, column: number) => {
    if (!at) return;
    const row = (days[calendar.format(at)] ??= [0, 0, 0, 0, 0, 0, 0]);
    row[column] = (row[column] ?? 0) + 1;
  };
  const messages = await tx.execute<Ledger>(sql`
    select sent_at as sent, first_opened_at as opened, first_clicked_at as clicked, bounced_at as bounced, unsubscribed_at as out
    from content.email_messages where campaign_id = ${campaignId}::uuid`);
  for (const message of messages) {
    count(message.sent, 0);
    if (!message.bounced) count(message.sent, 1);
    count(message.opened, 2);
    count(message.clicked, 3);
    count(message.bounced, 4);
    count(message.out, 5);
  }
  const machines = await tx.execute<{ at: Date }>(sql`
    select occurred_at as at from email_events where campaign_id = ${campaignId}::uuid and is_machine`);
  for (const { at } of machines) count(at, 6);
  return days;
}

async function storedDays(
  tx: TenantTx,
  table: "campaign_analytics" | "sequence_step_analytics",
  campaignId: string,
) {
  const rows = await tx.execute<{ day: string; counts: number[] }>(sql`
    select to_char(date, 'YYYY-MM-DD') as day, array[sum(emails_sent), sum(emails_delivered), sum(emails_opened), sum(emails_clicked),
      sum(emails_bounced), sum(unsubscribes), sum(machine_opens)]::int[] as counts
    from analytics.${sql.identifier(table)} where campaign_id = ${campaignId}::uuid group by date`);
  return Object.fromEntries(rows.map(({ day, counts }) => [day, counts]));
}

async function sentOver40Days() {
  const tenant = await createTenant({ timezone: "America/New_York" });
  const made = await withTenant(tenant.scope, async (tx) => {
    const { campaignId, stepIds } = await createCampaign(tx, {
      status: "active",
      steps: [{ stepType: "email" }, { stepType: "email" }],
    });
    await tx.execute(
      sql`update campaigns set launched_at = app_now() - interval '41 days' where id = ${campaignId}::uuid`,
    );
    const contactId = await createContact(tx);
    // Every hour of the day comes by, and deeds fall on later days.
    const mails = Array.from({ length: 40 }, (_, n) => ({
      stepId: stepIds[n % 2] ?? "",
      hoursAgo: n * 25,
      ...(n % 2 === 0 && n > 0 && { opened: 3 }),
      ...(n % 4 === 0 && n > 2 && { clicked: 26 }),
      ...(n % 7 === 3 && { bounced: 1 }),
      ...(n % 9 === 4 && { unsubscribed: 20 }),
      ...(n % 5 === 1 && { machine: 0 }),
    }));
    await send(tx, { campaignId, contactId }, mails);
    return { campaignId, stepId: stepIds[0] ?? "", contactId };
  });
  return { ...tenant, ...made };
}

const inTenant = <T>(scope: Scope, work: (tx: TenantTx) => Promise<T>) => withTenant(scope, work);
const rollAll = async (scope: Scope) => {
  while ((await inTenant(scope, rollUp))?.more);
};

test("daily rows equal a plain recount, of missed days and of a zone that changed too, however often they are counted", async () => {
  const { scope, campaignId } = await sentOver40Days();
  const agree = (zone: string) =>
    inTenant(scope, async (tx) => {
      const expected = await plainRecount(tx, campaignId, zone);
      expect(await storedDays(tx, "campaign_analytics", campaignId)).toEqual(expected);
      expect(await storedDays(tx, "sequence_step_analytics", campaignId)).toEqual(expected);
    });
  // Nothing was ever counted: the cron makes good for forty days.
  let after: string | null = null;
  do ({ after } = await rollUpNext(after));
  while (after !== null);
  await agree("America/New_York");
  await rollAll(scope);
  await agree("America/New_York");
  await inTenant(scope, (tx) => tx.execute(sql`update workspaces set timezone = 'Pacific/Kiritimati'`));
  await rollAll(scope);
  await agree("Pacific/Kiritimati");
});

test("what becomes known late counts on the day it happened, and what turns out to be a machine's no more", async () => {
  const { scope, campaignId, stepId, contactId } = await sentOver40Days();
  await rollAll(scope);
  await moveClock("26 hours");
  const message = await inTenant(scope, async (tx) => {
    // Found out after three days: it was sent then after all, and its only click was a scanner's.
    await send(tx, { campaignId, contactId }, [{ stepId, hoursAgo: 75, opened: 1 }]);
    await tx.execute(sql`
      update email_events set is_machine = true where campaign_id = ${campaignId}::uuid and type = 'opened' and occurred_at > app_now() - interval '4 days'`);
    const [row] = await tx.execute<{ id: string }>(sql`
      update content.email_messages set first_opened_at = null
      where campaign_id = ${campaignId}::uuid and first_opened_at > app_now() - interval '4 days' returning id`);
    return row?.id;
  });
  expect(message).toBeDefined();
  await rollAll(scope);
  await inTenant(scope, async (tx) => {
    const expected = await plainRecount(tx, campaignId, "America/New_York");
    expect(await storedDays(tx, "campaign_analytics", campaignId)).toEqual(expected);
  });
  await refreshPerformance();
  const [summed] = await inTenant(scope, (tx) =>
    tx.execute<{ sent: number; opened: number; machines: number; live: number }>(sql`
      select p.sent, p.opened_tracked as opened, p.machine_opens as machines,
        (select count(first_opened_at)::int from content.email_messages where campaign_id = p.campaign_id) as live
      from analytics.campaign_performance p where p.campaign_id = ${campaignId}::uuid`),
  );
  expect(summed).toMatchObject({ sent: 41, opened: summed?.live });
});

test("an email that comes back weeks later is delivered no more on the day it was sent, and all days are counted up to today", async () => {
  const { scope, campaignId } = await sentOver40Days();
  await rollAll(scope);
  await moveClock("26 hours");
  await inTenant(scope, (tx) =>
    tx.execute(sql`
      with back as (
        update content.email_messages set bounced_at = app_now(), bounce_type = 'hard'
        where id = (select id from content.email_messages where bounced_at is null and sent_at < app_now() - interval '36 days'
          order by sent_at limit 1)
        returning id, campaign_id, step_id, contact_id)
      insert into email_events (message_id, campaign_id, step_id, contact_id, type, occurred_at)
      select id, campaign_id, step_id, contact_id, 'bounced', app_now() from back`),
  );
  const agree = () =>
    inTenant(scope, async (tx) => {
      const expected = await plainRecount(tx, campaignId, "America/New_York");
      expect(await storedDays(tx, "campaign_analytics", campaignId)).toEqual(expected);
    });
  const reach = await inTenant(scope, rollUp);
  expect(reach?.more).toBe(true);
  await rollAll(scope);
  await agree();
  // And not for ever for the same one.
  await moveClock("2 days");
  await rollAll(scope);
  await moveClock("2 days");
  expect((await inTenant(scope, rollUp))?.more).toBe(false);
  await agree();
});
