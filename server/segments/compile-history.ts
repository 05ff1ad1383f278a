import { type SQL, sql } from "drizzle-orm";
import { chosen, comparison } from "./compile-fields.ts";
import type { EngagementField, RuleContext } from "./compile.ts";
import { shifted, type Zoned } from "./periods.ts";
import type { Condition, Engagement, Tally } from "./schema.ts";

/*
 * What a contact did with our mail. Opens and clicks are those of people: machines are recorded apart. Without a
 * window the ledger answers, which holds the first of each; within one, every single event counts.
 */

type Which = Pick<Engagement, "campaignId" | "stepId" | "days" | "urlContains">;

export function compileEngagement(rule: Condition, context: RuleContext): SQL {
  const which = (rule.value ?? {}) as Engagement;
  const happened =
    ofCampaign(rule, which, context) ?? sql`exists (${occurrences(rule.field, which, context)})`;
  return rule.operator === "is_false" ? sql`(not ${happened})` : happened;
}

/** The answer of whoever compiles for one campaign, or null where the contact's whole history counts. */
function ofCampaign({ field }: Condition, which: Engagement, { engagement }: RuleContext): SQL | null {
  const asked = engagementFields.find((name) => name === field);
  return (asked && engagement?.(asked, which)) ?? null;
}

const engagementFields: readonly EngagementField[] = [
  "email_received",
  "email_opened",
  "email_clicked",
  "email_replied",
];

const tallied: Record<string, string> = {
  received_count: "email_received",
  open_count: "email_opened",
  click_count: "email_clicked",
  reply_count: "email_replied",
};

export function compileTally(rule: Condition, context: RuleContext): SQL {
  const { count, ...which } = rule.value as Tally;
  const counted = occurrences(tallied[rule.field] ?? rule.field, which, context, "every");
  return comparison(rule, sql`(select count(*) from (${counted}) occurred)`, sql`${count}::bigint`);
}

/** A row for each time it happened to `contacts c`. */
function occurrences(field: string, which: Which, zoned: Zoned, count: "first" | "every" = "first"): SQL {
  const since =
    which.days === undefined
      ? null
      : shifted(zoned.now, { amount: which.days, unit: "days" }, -1, zoned.zone).toISOString();
  if (field === "email_received") return ledger(sql`m.bounced_at is null`, sql`m.sent_at`, which, since);
  if (field === "email_replied") return ledger(sql`true`, sql`m.replied_at`, which, since);
  const type = field === "email_opened" ? "opened" : "clicked";
  if (count === "every" || since !== null || which.urlContains !== undefined)
    return events(type, which, since);
  const first = type === "opened" ? sql`m.first_opened_at` : sql`m.first_clicked_at`;
  return ledger(sql`true`, first, which, since);
}

const of = (alias: "m" | "ev", { campaignId, stepId }: Which) => {
  const table = sql.identifier(alias);
  return sql`${campaignId ? sql`and ${table}.campaign_id = ${campaignId}::uuid` : sql``}
    ${stepId ? sql`and ${table}.step_id = ${stepId}::uuid` : sql``}`;
};

function ledger(holds: SQL, at: SQL, which: Which, since: string | null): SQL {
  return sql`select 1 from content.email_messages m
    where m.contact_id = c.id and m.direction = 'outbound' and not m.is_test and ${holds}
      and ${since === null ? sql`${at} is not null` : sql`${at} >= ${since}::timestamptz`} ${of("m", which)}`;
}

function events(type: "opened" | "clicked", which: Which, since: string | null): SQL {
  return sql`select 1 from email_events ev
    where ev.contact_id = c.id and ev.type = ${type} and not ev.is_machine
      ${since === null ? sql`` : sql`and ev.occurred_at >= ${since}::timestamptz`}
      ${which.urlContains === undefined ? sql`` : sql`and ${addressHolds(which.urlContains)}`} ${of("ev", which)}`;
}

/** What `email_events ev` says it came from; null where it does not say. A tablet with Android does not call itself mobile. */
const device = sql`case
  when ev.user_agent ~* 'ipad|tablet|kindle|silk/|playbook|android(?!.*mobile)' then 'tablet'
  when ev.user_agent ~* 'mobi|iphone|ipod|windows phone|blackberry' then 'phone'
  when ev.user_agent ~* 'windows nt|macintosh|x11|cros ' then 'desktop' end`;

/** On which devices somebody opened or clicked, ever: one who reads on two is a reader on each of them. */
export function compileDevice(rule: Condition): SQL {
  const reads = sql`exists (select 1 from email_events ev
    where ev.contact_id = c.id and ev.type in ('opened', 'clicked') and not ev.is_machine
      and ${device} = any(${chosen(rule)}))`;
  return rule.operator === "equals" || rule.operator === "in" ? reads : sql`(not ${reads})`;
}

/** Whether the address that `email_events ev` followed holds this text, whatever its case. */
export const addressHolds = (part: string): SQL => sql`strpos(lower(ev.url), lower(${part}::text)) > 0`;
