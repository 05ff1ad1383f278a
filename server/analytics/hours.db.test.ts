import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { measured } from "./testing.ts";

test("hours and the stages of the funnel are what the rows say, and an hour without anything is there", async () => {
  const { caller, scope, campaignId: id } = await measured();
  const hours = async () => (await caller.analytics.timeline({ id, unit: "hour" })).value?.buckets ?? [];
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      with moved as (
        update content.email_messages m set sent_at = date_trunc('hour', app_now()) - interval '3 hours 10 minutes',
          first_opened_at = case when first_opened_at is not null then date_trunc('hour', app_now()) - interval '1 hour 50 minutes' end
        where m.sent_at is not null returning m.id)
      update email_events e set occurred_at = date_trunc('hour', app_now()) - interval '1 hour 50 minutes'
      from moved where e.message_id = moved.id and e.type = 'opened'`),
  );
  const rows = await withTenant(scope, async (tx) => [
    ...(await tx.execute<{ hour: string; what: string; count: number }>(sql`
      select to_char(date_trunc('hour', v.at at time zone 'Europe/Berlin'), 'YYYY-MM-DD"T"HH24:MI') as hour, v.what, count(*)::int
      from content.email_messages m cross join lateral (values ('sent', m.sent_at), ('opened', m.first_opened_at),
        ('clicked', m.first_clicked_at), ('bounced', m.bounced_at), ('unsubscribed', m.unsubscribed_at)) as v (what, at)
      where m.campaign_id = ${id}::uuid and not m.is_test and m.sent_at is not null and v.at is not null group by 1, 2`)),
  ]);
  const buckets = await hours();
  const told = buckets.flatMap((bucket) =>
    (["sent", "opened", "clicked", "bounced", "unsubscribed"] as const).flatMap((what) =>
      bucket[what] === 0 ? [] : [{ hour: bucket.at, what, count: bucket[what] }],
    ),
  );
  const order = (some: typeof rows) => some.map(({ hour, what, count }) => `${hour} ${what} ${count}`).sort();
  expect(rows.length).toBeGreaterThan(3);
  expect(order(told)).toEqual(order(rows));
  expect(buckets).toHaveLength(48);
  const { numbers } = await caller.analytics.live({ id });
  const [counted] = await withTenant(scope, (tx) =>
    tx.execute<Record<string, number>>(sql`
      select count(*)::int as sent, (count(*) filter (where bounced_at is null))::int as delivered, count(first_opened_at)::int as opened,
        count(first_clicked_at)::int as clicked, count(replied_at)::int as replied
      from content.email_messages where campaign_id = ${id}::uuid and sent_at is not null and not is_test`),
  );
  expect(numbers).toMatchObject(counted ?? {});
});
