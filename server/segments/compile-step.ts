import { type SQL, sql } from "drizzle-orm";
import { DateTime } from "luxon";
import { comparison, compileChoice, compileNumber } from "./compile-fields.ts";
import type { RuleContext } from "./compile.ts";
import { shifted } from "./periods.ts";
import type { Condition, Occurrence, Tally } from "./schema.ts";

/** The step that asks, and the zone on whose clock it looks. */
export type AskingStep = { id: string; zone: string };

/** The predicate of a field that only a step can ask about; null for any other field. */
export function compileStepField(rule: Condition, context: RuleContext): SQL | null {
  const { step } = context;
  if (!step) return null;
  const clock = DateTime.fromJSDate(context.now, { zone: step.zone });
  switch (rule.field) {
    case "weekday":
      return compileChoice(rule, sql`${clock.toFormat("ccc", { locale: "en" }).toLowerCase()}::text`);
    case "hour":
      return compileNumber(rule, sql`${clock.hour}::float8`);
    case "random":
      return drawn(step.id, Number(rule.value));
    case "custom_event":
      return happened(rule, context);
    case "open_rate":
      return rate(rule, context, sql`m.first_opened_at`);
    case "click_rate":
      return rate(rule, context, sql`m.first_clicked_at`);
    case "reply_rate":
      return rate(rule, context, sql`m.replied_at`);
    default:
      return null;
  }
}

/** The same contacts whenever this step asks, others at another step. */
const drawn = (stepId: string, percent: number): SQL =>
  sql`(('x' || substr(md5(${stepId}::text || c.id::text), 1, 8))::bit(32)::bigint % 10000 < ${String(percent)}::float8 * 100)`;

const since = (days: number | undefined, { now, zone }: RuleContext) =>
  days === undefined ? null : shifted(now, { amount: days, unit: "days" }, -1, zone).toISOString();

function happened(rule: Condition, context: RuleContext): SQL {
  const { event, days } = rule.value as Occurrence;
  const from = since(days, context);
  const seen = sql`exists (select 1 from custom_events v where v.contact_id = c.id and v.name = ${event.toLowerCase()}
    ${from === null ? sql`` : sql`and v.occurred_at >= ${from}::timestamptz`})`;
  return rule.operator === "is_false" ? sql`(not ${seen})` : seen;
}

/** Of the emails that a contact was sent, the share in percent of which something came. None sent: no rate. */
function rate(rule: Condition, context: RuleContext, came: SQL): SQL {
  const { count, days, campaignId } = rule.value as Tally;
  const from = since(days, context);
  const share = sql`(select 100.0 * count(${came}) / nullif(count(*), 0) from content.email_messages m
    where m.contact_id = c.id and m.direction = 'outbound' and not m.is_test and m.bounced_at is null
      and ${from === null ? sql`m.sent_at is not null` : sql`m.sent_at >= ${from}::timestamptz`}
      ${campaignId ? sql`and m.campaign_id = ${campaignId}::uuid` : sql``})`;
  return comparison(rule, share, sql`${count}::numeric`);
}
