import { type SQL, sql } from "drizzle-orm";
import { DateTime } from "luxon";
import { clockOfContact, contactZone } from "#server/contacts/zone";
import { comparison, compileChoice, compileNumber } from "./compile-fields.ts";
import type { RuleContext } from "./compile.ts";
import { shifted } from "./periods.ts";
import type { Condition, Occurrence, Passage, Tally, VariantGot } from "./schema.ts";

/**
 * The step that asks, and the zone on whose clock it looks. `clocks` are those of the contacts asked about, as
 * `clockOfContact` names them; one that is not among them, or tells no zone, is taken for the campaign's. A tree with a step's fields is asked of
 * `campaign_contacts e`, too.
 */
export type AskingStep = { id: string; zone: string; clocks?: readonly string[] };

/** Whether a rule looks at the clock where the contact is. */
export const asksForZones = (field: string): boolean =>
  field === "recipient_weekday" || field === "recipient_hour";

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
    case "recipient_weekday":
      return compileChoice(
        rule,
        byZone(step, (zone) => clock.setZone(zone).toFormat("ccc", { locale: "en" }).toLowerCase()),
      );
    case "recipient_hour":
      return compileNumber(rule, sql`${byZone(step, (zone) => String(clock.setZone(zone).hour))}::float8`);
    case "step_passed":
      return passed(rule);
    case "ab_variant":
      return got(rule);
    case "pass_emails":
      return compileNumber(rule, sql`e.total_emails_sent::float8`);
    case "pass_number":
      return compileNumber(rule, sql`e.run_number::float8`);
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

/** What a clock shows in the zone of each contact, as text, reckoned here for every zone that there is among them. */
function byZone({ zone, clocks = [] }: AskingStep, shown: (zone: string) => string): SQL {
  const known = clocks.flatMap((clock) => {
    const found = contactZone(clock);
    return found ? [{ clock, shown: shown(found.zone) }] : [];
  });
  return sql`coalesce((
    select z.shown from unnest(${sql.param(known.map(({ clock }) => clock))}::text[],
      ${sql.param(known.map((each) => each.shown))}::text[]) as z (clock, shown)
    where z.clock = ${clockOfContact}), ${shown(zone)}::text)`;
}

/** Of this pass. The log says of a condition which branch was taken, of a wait that forks whether it happened. */
function passed(rule: Condition): SQL {
  const { stepId, way } = rule.value as Passage;
  const outcomes = { true: ["true", "released"], false: ["false", "timeout"] };
  const left =
    way === "any" ? sql`l.left_at is not null` : sql`l.outcome = any(${sql.param(outcomes[way])}::text[])`;
  const seen = sql`exists (select 1 from enrollment_step_log l
    where l.enrollment_id = e.id and l.run_number = e.run_number and l.step_id = ${stepId}::uuid and ${left})`;
  return rule.operator === "is_false" ? sql`(not ${seen})` : seen;
}

/**
 * Of this pass: the email was sent as this variant. After the decision of a test an email is that of no variant, and has
 * the words of its winner.
 */
function got(rule: Condition): SQL {
  const { testedId, variant } = rule.value as VariantGot;
  const seen = sql`exists (select 1 from content.email_messages m
    left join lateral (
      select t.winner_variant_id as id from ab_tests t
      where m.variant_id is null and t.step_id = m.step_id and t.decided_at <= m.sent_at order by t.decided_at desc limit 1
    ) w on true
    join ab_test_variants v on v.id = coalesce(m.variant_id, w.id)
    where m.contact_id = c.id and m.enrollment_id = e.id and m.run_number = e.run_number and m.step_id = ${testedId}
      and m.direction = 'outbound' and not m.is_test and m.sent_at is not null and v.name = ${variant})`;
  return rule.operator === "is_false" ? sql`(not ${seen})` : seen;
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
