import { type SQL, sql } from "drizzle-orm";
import {
  carriesOf,
  compileChoice,
  compileCustom,
  compileInstant,
  compileNumber,
  compileText,
  standard,
  texts,
} from "./compile-fields.ts";
import { type AskingStep, compileStepField } from "./compile-step.ts";
import { compileDevice, compileEngagement, compileTally } from "./compile-history.ts";
import { type Condition, type Engagement, fieldKind, isGroup, type Rule, type RuleTree } from "./schema.ts";

/** A list or segment that a rule refers to; `rules` is null for a list. */
export type Referenced = { rules: RuleTree | null };

/** What a tree is compiled against. `now` is app_now() of the transaction, `zone` the workspace's. */
export type RuleContext = {
  now: Date;
  zone: string;
  segments: ReadonlyMap<string, Referenced>;
  /** Overrides what "opened", "clicked" and so on mean: a condition step asks about its own campaign's messages. */
  engagement?: (field: EngagementField, which: Engagement) => SQL;
  /** The step that asks, of a tree that a step's fields may stand in. */
  step?: AskingStep;
};
export type EngagementField = "email_received" | "email_opened" | "email_clicked" | "email_replied";

/**
 * One predicate over `contacts c` that is true or false, never null. A missing value fails a positive
 * operator and passes a negative one. Text is compared without regard to case. Every value is bound.
 */
export function compileRules(rules: RuleTree, context: RuleContext): SQL {
  if (rules.rules.length === 0) return sql`true`;
  return compileGroup(rules.match, rules.rules, context);
}

function compileGroup(match: "all" | "any" | "none", rules: Rule[], context: RuleContext): SQL {
  const parts = rules.map((rule) =>
    isGroup(rule) ? compileGroup(rule.match, rule.rules, context) : compileCondition(rule, context),
  );
  const joined = sql`(${sql.join(parts, match === "all" ? sql` and ` : sql` or `)})`;
  return match === "none" ? sql`(not ${joined})` : joined;
}

function compileCondition(rule: Condition, context: RuleContext): SQL {
  const ofStep = compileStepField(rule, context);
  if (ofStep) return ofStep;
  switch (fieldKind(rule.field)) {
    case "text":
      return compileText(rule, standard(rule.field));
    case "choice":
      return rule.field === "device" ? compileDevice(rule) : compileChoice(rule, standard(rule.field));
    case "number":
      return compileNumber(rule, standard(rule.field));
    case "date":
      return compileInstant(rule, standard(rule.field), context);
    case "tags":
      return compileTags(rule);
    case "membership":
      return compileMembership(rule, context);
    case "engagement":
      return compileEngagement(rule, context);
    case "tally":
      return compileTally(rule, context);
    case "custom":
      return compileCustom(rule, context);
    case "occurrence":
    case "passage":
    case "variant":
    case "share":
    case null:
      throw new Error(`No field ${rule.field} in a tree that was validated.`);
  }
}

function compileTags(rule: Condition): SQL {
  const any = sql`exists (select 1 from contact_tags ct where ct.contact_id = c.id)`;
  if (rule.operator === "is_set") return any;
  if (rule.operator === "is_empty") return sql`not ${any}`;
  return carriesOf(
    rule,
    sql`lower(t.name collate "default")`,
    (among) =>
      sql`from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id and ${among}`,
  );
}

/** What belonging means for each field of that kind; ids that are gone match nobody. */
function compileMembership(rule: Condition, context: RuleContext): SQL {
  const some = sql`(${sql.join(
    texts(rule.value).map((id) => belongs(rule.field, id, context)),
    sql` or `,
  )})`;
  return rule.operator === "not_in" ? sql`not ${some}` : some;
}

/** Lists by their members, segments by their own rules, compiled in place. */
function belongs(field: string, id: string, context: RuleContext): SQL {
  if (field === "import") return sql`coalesce(c.first_source_import_id = ${id}::uuid, false)`;
  if (field === "campaign")
    return sql`exists (select 1 from campaign_contacts e where e.contact_id = c.id and e.campaign_id = ${id}::uuid)`;
  const referenced = context.segments.get(id);
  if (!referenced) return sql`false`;
  return referenced.rules ? compileRules(referenced.rules, context) : inList(id);
}

/**
 * Whether `contacts c` is in a list. A scalar sub-select is asked of each contact by an index probe; `exists` may
 * become a join that, while the tables have no statistics yet, reads the whole list for every contact.
 */
export const inList = (listId: string): SQL => sql`coalesce((select true from segment_contacts sm
  where sm.tenant_id = c.tenant_id and sm.segment_id = ${listId}::uuid and sm.contact_id = c.id limit 1), false)`;
