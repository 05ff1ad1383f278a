import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { findSenders } from "#server/messages/senders";
import type { Forecast } from "#server/planner/forecast";
import type { Problem } from "./checks.ts";
import type { Campaign } from "./queries.ts";

/** So many a day anybody sends; from there on receivers look at how it grew. */
const usualPerDay = 50;
/** Who sends more than so many times what they ever sent lately is taken for a stolen account. */
const leap = 2;
const rememberedDays = 30;
const mailboxesNamed = 3;

/** Mailboxes that would send much more in a day than they have lately. Their own limits and warm-up are in the forecast. */
export async function warmthWarnings(
  tx: TenantTx,
  { id }: Pick<Campaign, "id">,
  forecast: Pick<Forecast, "count" | "perDay"> | null,
): Promise<Problem[]> {
  const senders = forecast && (await findSenders(tx, id));
  const active = senders?.accounts.filter(({ status }) => status === "active") ?? [];
  if (!forecast || active.length === 0) return [];
  const each = Math.ceil(Math.min(forecast.count, forecast.perDay ?? Infinity) / active.length);
  const planned = new Map(active.map(({ id, dailyLimit }) => [id, Math.min(each, dailyLimit ?? Infinity)]));
  if (each <= usualPerDay) return [];
  const rows = await tx.execute<{ id: string; email: string; most: number }>(sql`
    select a.id, a.email, coalesce(max(u.sent), 0)::int as most
    from email_accounts a left join mailbox_usage u
      on u.email_account_id = a.id and u.day >= (app_now() - make_interval(days => ${rememberedDays}))::date
    where a.id = any(${sql.param([...planned.keys()])}::uuid[]) and a.provider <> 'sandbox'
    group by a.id, a.email order by most, a.email`);
  const cold = rows.filter((row) => {
    const count = planned.get(row.id) ?? 0;
    return count > usualPerDay && count > leap * row.most;
  });
  const [coldest] = cold;
  if (!coldest) return [];
  const others = cold.length - mailboxesNamed;
  const named = cold.slice(0, mailboxesNamed).map(({ email }) => email);
  const who = new Intl.ListFormat("en").format([...named, ...(others > 0 ? [`${others} more`] : [])]);
  const before =
    coldest.most === 0
      ? `sent nothing in the last ${rememberedDays} days`
      : `sent at most ${coldest.most.toLocaleString("en")} on a day of the last ${rememberedDays}`;
  const message = `${who} ${cold.length === 1 ? "has" : "have, at the least,"} ${before}, and would now send up to ${(planned.get(coldest.id) ?? 0).toLocaleString("en")} a day: receivers distrust such a leap. Lower the emails a day in Settings, and raise them from day to day.`;
  return [{ code: "not_warm", severity: "warning", where: "settings", message, stepId: null }];
}
