import { z } from "zod";

/** As whom a mail is looked at: a contact; somebody whose fields a JSON object tells; or, without both, an example. */
export const seenAs = z.object({
  contactId: z.uuid().nullable().default(null),
  json: z.string().max(50_000, "Keep the JSON under 50,000 characters.").nullable().default(null),
});
export type SeenAs = z.output<typeof seenAs>;

/** A value that a template can name. `example` is what a preview without a contact shows. */
export type MergeField = {
  path: string;
  label: string;
  example: string;
  group: "Contact" | "Sender" | "Campaign" | "Links";
};

const field = (group: MergeField["group"], path: string, label: string, example: string): MergeField => ({
  path,
  label,
  example,
  group,
});

/** Every name that templates know, apart from `custom.<name>` and a workspace's own variables. */
export const mergeFields: readonly MergeField[] = [
  field("Contact", "first_name", "First name", "Ada"),
  field("Contact", "last_name", "Last name", "Lovelace"),
  field("Contact", "full_name", "Full name", "Ada Lovelace"),
  field("Contact", "email", "Email", "ada@example.com"),
  field("Contact", "phone", "Phone", "+15551234567"),
  field("Contact", "company", "Company", "Analytical Engines"),
  field("Contact", "job_title", "Job title", "Mathematician"),
  field("Contact", "city", "City", "London"),
  field("Contact", "state", "State", "England"),
  field("Contact", "country", "Country", "GB"),
  field("Contact", "timezone", "Time zone", "Europe/London"),
  field("Contact", "language", "Language", "en"),
  field("Contact", "lead_score", "Lead score", "42"),
  field("Contact", "created_at", "Added on", "2026-01-15T09:00:00.000Z"),
  field("Contact", "last_activity", "Last activity", "2026-02-03T14:30:00.000Z"),
  field("Contact", "tags", "Tags", "customer, newsletter"),
  field("Sender", "sender_name", "Sender's name", "Grace Hopper"),
  field("Sender", "sender_email", "Sender's email", "grace@example.com"),
  field("Sender", "company.name", "Sender's company", "Example Ltd"),
  field("Sender", "company.address", "Sender's postal address", "1 Example Street, Exampletown"),
  field("Sender", "workspace_name", "Workspace", "Example Ltd"),
  field("Sender", "workspace_url", "Workspace address", "https://app.example.com/example"),
  field("Campaign", "campaign_name", "Campaign", "Welcome"),
  field("Campaign", "campaign_id", "Campaign id", "00000000-0000-7000-8000-000000000000"),
  field("Campaign", "current_year", "Current year", "2026"),
  field("Campaign", "now", "Date and time of sending", "2026-03-01T10:00:00.000Z"),
  field("Links", "unsubscribe_url", "Unsubscribe link", "https://app.example.com/u/example"),
];

/** A problem in a template: 1-based line and column, and a sentence with what to do. */
export type TemplateProblem = { line: number; column: number; message: string };

/** Every filter that a template may use, with what it is for, as an editor offers them. */
export const filterHints: readonly { name: string; hint: string }[] = [
  { name: "default", hint: '"there": what stands there when it is empty' },
  { name: "required", hint: "holds the mail back while it is empty" },
  { name: "upcase", hint: "CAPITALS" },
  { name: "downcase", hint: "small letters" },
  { name: "capitalize", hint: "First letter large" },
  { name: "titlecase", hint: "Every Word Large" },
  { name: "truncate", hint: "40: at most so many characters" },
  { name: "strip_html", hint: "without tags" },
  { name: "replace", hint: '"a", "b"' },
  { name: "split", hint: '",": a list' },
  { name: "join", hint: '", ": a list as text' },
  { name: "first", hint: "of a list" },
  { name: "last", hint: "of a list" },
  { name: "date", hint: '"%d %B %Y"' },
  { name: "time_ago", hint: "3 days ago" },
  { name: "date_add", hint: '2, "weeks"' },
  { name: "days_from_now", hint: "7 | days_from_now | date" },
  { name: "currency", hint: '"EUR"' },
  { name: "percentage", hint: "0.25 as 25%" },
  { name: "round", hint: "2: so many places" },
  { name: "number_with_delimiter", hint: "1,234,567" },
  { name: "phone", hint: "+1 (555) 123-4567" },
  { name: "plus", hint: "1" },
  { name: "minus", hint: "1" },
  { name: "times", hint: "2" },
  { name: "divided_by", hint: "2" },
  { name: "url_encode", hint: "for addresses" },
];

export const tagHints = [
  "if",
  "elsif",
  "else",
  "endif",
  "unless",
  "endunless",
  "for",
  "endfor",
  "assign",
] as const;
