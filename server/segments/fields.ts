/* What rules can name, and the operators that make sense for each kind of field. */

export const textOperators = [
  "equals",
  "not_equals",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "in",
  "not_in",
  "is_empty",
  "is_set",
] as const;
export const choiceOperators = ["equals", "not_equals", "in", "not_in"] as const;
export const numberOperators = [
  "equals",
  "not_equals",
  "greater_than",
  "at_least",
  "less_than",
  "at_most",
  "between",
  "is_empty",
  "is_set",
] as const;
export const dateOperators = [
  "on",
  "before",
  "after",
  "between",
  "within_last",
  "more_than_ago",
  "within_next",
  "anniversary_today",
  "anniversary_this_month",
  "anniversary_within_next",
  "is_empty",
  "is_set",
] as const;
export const tagOperators = ["contains_any", "contains_all", "contains_none", "is_empty", "is_set"] as const;
export const membershipOperators = ["in", "not_in"] as const;
export const engagementOperators = ["is_true", "is_false"] as const;
export const tallyOperators = [
  "at_least",
  "at_most",
  "equals",
  "not_equals",
  "greater_than",
  "less_than",
] as const;

export const operators = [
  ...textOperators,
  "greater_than",
  "at_least",
  "less_than",
  "at_most",
  "between",
  "on",
  "before",
  "after",
  "within_last",
  "more_than_ago",
  "within_next",
  "anniversary_today",
  "anniversary_this_month",
  "anniversary_within_next",
  "contains_any",
  "contains_all",
  "contains_none",
  ...engagementOperators,
] as const;
export type Operator = (typeof operators)[number];

export type FieldKind =
  | "text"
  | "choice"
  | "number"
  | "date"
  | "tags"
  | "membership"
  | "engagement"
  | "tally"
  | "custom"
  | "occurrence"
  | "passage"
  | "variant"
  | "share";

export const contactStatuses = ["active", "unsubscribed", "bounced", "complained", "archived"] as const;
export const lifecycleStages = [
  "new",
  "contacted",
  "replied",
  "interested",
  "not_interested",
  "meeting_booked",
  "customer",
  "churned",
] as const;

/** What a program that opens or follows a link says it runs on. */
export const devices = ["desktop", "phone", "tablet"] as const;

type Field = { name: string; label: string; kind: FieldKind; options?: readonly string[] };

/** Every field a rule can name, in the order a person meets them, custom fields (`custom.<name>`) aside. */
export const ruleFields: readonly Field[] = [
  { name: "email", label: "Email", kind: "text" },
  { name: "first_name", label: "First name", kind: "text" },
  { name: "last_name", label: "Last name", kind: "text" },
  { name: "name", label: "Name", kind: "text" },
  { name: "company", label: "Company", kind: "text" },
  { name: "job_title", label: "Job title", kind: "text" },
  { name: "phone", label: "Phone", kind: "text" },
  { name: "city", label: "City", kind: "text" },
  { name: "state", label: "State", kind: "text" },
  { name: "country", label: "Country", kind: "text" },
  { name: "timezone", label: "Time zone", kind: "text" },
  { name: "language", label: "Language", kind: "text" },
  { name: "status", label: "Status", kind: "choice", options: contactStatuses },
  { name: "lifecycle_stage", label: "Lifecycle stage", kind: "choice", options: lifecycleStages },
  { name: "lead_score", label: "Lead score", kind: "number" },
  { name: "created_at", label: "Date added", kind: "date" },
  { name: "updated_at", label: "Date changed", kind: "date" },
  { name: "last_activity_at", label: "Last activity", kind: "date" },
  { name: "last_emailed_at", label: "Last email to them", kind: "date" },
  { name: "last_opened_at", label: "Last open", kind: "date" },
  { name: "last_clicked_at", label: "Last click", kind: "date" },
  { name: "last_replied_at", label: "Last reply", kind: "date" },
  { name: "device", label: "Device they read on", kind: "choice", options: devices },
  { name: "tags", label: "Tags", kind: "tags" },
  { name: "list", label: "List", kind: "membership" },
  { name: "segment", label: "Segment", kind: "membership" },
  { name: "import", label: "First import", kind: "membership" },
  { name: "campaign", label: "Campaign", kind: "membership" },
  { name: "email_received", label: "Received an email", kind: "engagement" },
  { name: "email_opened", label: "Opened an email", kind: "engagement" },
  { name: "email_clicked", label: "Clicked a link", kind: "engagement" },
  { name: "email_replied", label: "Replied to an email", kind: "engagement" },
  { name: "received_count", label: "Number of emails received", kind: "tally" },
  { name: "open_count", label: "Number of opens", kind: "tally" },
  { name: "click_count", label: "Number of clicks", kind: "tally" },
  { name: "reply_count", label: "Number of replies", kind: "tally" },
];

/** Fields that only a step of a campaign can ask about: they are of the moment, of chance, or of its own mail. */
export const stepFields: readonly Field[] = [
  { name: "custom_event", label: "Custom event", kind: "occurrence" },
  { name: "open_rate", label: "Open rate in %", kind: "tally" },
  { name: "click_rate", label: "Click rate in %", kind: "tally" },
  { name: "reply_rate", label: "Reply rate in %", kind: "tally" },
  {
    name: "weekday",
    label: "Day of the week",
    kind: "choice",
    options: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
  },
  { name: "hour", label: "Hour of the day (0 to 23)", kind: "number" },
  {
    name: "recipient_weekday",
    label: "Day of the week where they are",
    kind: "choice",
    options: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
  },
  { name: "recipient_hour", label: "Hour where they are (0 to 23)", kind: "number" },
  { name: "step_passed", label: "Came by a step", kind: "passage" },
  { name: "ab_variant", label: "Got A/B variant", kind: "variant" },
  { name: "pass_emails", label: "Emails from this campaign so far", kind: "number" },
  { name: "pass_number", label: "Times in this campaign, this one included", kind: "number" },
  { name: "random", label: "Random share", kind: "share" },
];
const stepKinds = new Map(stepFields.map((field) => [field.name, field.kind]));

const kinds = new Map(ruleFields.map((field) => [field.name, field.kind]));

/** What kind of values a field holds; null when no such field exists. */
export function fieldKind(name: string): FieldKind | null {
  if (/^custom\.[a-z][a-z0-9_]{0,62}$/.test(name)) return "custom";
  return kinds.get(name) ?? null;
}

/** The same for the rules of a campaign's step. */
export const stepFieldKind = (name: string): FieldKind | null => stepKinds.get(name) ?? fieldKind(name);

/** The operators that make sense for a kind of field. A custom field takes those of text, number, date and tags. */
export const operatorsOf: Record<FieldKind, readonly Operator[]> = {
  text: textOperators,
  choice: choiceOperators,
  number: numberOperators,
  date: dateOperators,
  tags: tagOperators,
  membership: membershipOperators,
  engagement: engagementOperators,
  tally: tallyOperators,
  occurrence: engagementOperators,
  passage: engagementOperators,
  variant: engagementOperators,
  share: ["at_most"],
  custom: [...new Set<Operator>([...textOperators, ...numberOperators, ...dateOperators, ...tagOperators])],
};
