import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { happeningsPageSize } from "./happenings.ts";

test("the list behind a period's number is turned page by page, back to its first day, and shows nothing twice", async () => {
  const { caller, scope } = await newTenant();
  const many = happeningsPageSize + 20;
  const period = await withTenant(scope, async (tx) => {
    const { campaignId } = await createCampaign(tx);
    await tx.execute(
      sql`update campaigns set launched_at = app_now() - interval '90 days' where id = ${campaignId}::uuid`,
    );
    // Some at the same moment, some a few microseconds apart, most of them months ago; the last ones lie outside.
    await tx.execute(sql`
      insert into content.email_messages (campaign_id, email_account_id, from_email, to_email, delivery_status, sent_at)
      select ${campaignId}::uuid, (select id from email_accounts limit 1), 'a@x.test', 'late@x.test', 'sent',
        app_now() - make_interval(days => 20 + n / 3, secs => (n % 2) * 0.000003) from generate_series(1, ${many}) n
      union all select ${campaignId}::uuid, (select id from email_accounts limit 1), 'a@x.test', 'now@x.test', 'sent', app_now()`);
    const [days] = await tx.execute<{ from: string; to: string }>(sql`
      select (app_now() - interval '60 days')::date::text as "from", (app_now() - interval '10 days')::date::text as to`);
    return days ?? { from: "", to: "" };
  });
  const first = await caller.analytics.happenings({ is: "sent", ...period });
  const second = await caller.analytics.happenings({ is: "sent", ...period, after: first.next ?? "" });
  const all = [...first.rows, ...second.rows];
  expect([first.rows.length, second.rows.length, second.next]).toEqual([happeningsPageSize, 20, null]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(many);
  expect(all.map(({ at }) => at.getTime())).toEqual(
    all.map(({ at }) => at.getTime()).toSorted((a, b) => b - a),
  );
  expect((await caller.analytics.happenings({ is: "sent" })).rows.map(({ to }) => to)).toContain(
    "now@x.test",
  );
});
