import { Drop } from "liquidjs";
import { mergeFields } from "./schema.ts";

/** What is merged from a contact. Instants as ISO text. */
export type MergeContact = {
  email: string;
  firstName: string | null;
  lastName: string | null;
  name: string | null;
  phone: string | null;
  company: string | null;
  jobTitle: string | null;
  city: string | null;
  state: string | null;
  country: string | null;
  timezone: string | null;
  language: string | null;
  leadScore: number;
  createdAt: Date;
  lastActivityAt: Date | null;
  tags: readonly string[];
  customFields: Readonly<Record<string, unknown>>;
};

/** What is the same for every recipient of a step. `timezone` is used for dates when the contact has none. */
export type MergeSender = {
  workspaceName: string;
  workspaceUrl: string;
  postalAddress: string;
  timezone: string;
  senderName: string;
  senderEmail: string;
  campaignName: string;
  campaignId: string;
  variables: Readonly<Record<string, string>>;
};

/** Values by their path as templates write it in snake_case; what is absent is null or missing. */
export type MergeValues = Record<string, unknown>;

/** Values that differ from one message to the next besides the contact. */
export type MergeMoment = { now: Date; unsubscribeUrl: string };

const roots = new Set(mergeFields.map(({ path }) => path.split(".")[0] ?? path));
const snake = (name: string) => name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The path under which a value is kept: `firstName` and `first_name` are one, as are `customField.x` and `custom.x`.
 * A custom field's own name stays as written.
 */
export function canonicalPath(path: string): string {
  const [first = "", ...rest] = path.split(".");
  const root = snake(first);
  if (root === "custom" || root === "custom_field" || root === "custom_fields")
    return ["custom", ...rest].join(".");
  const aliased = aliases[root] ?? root;
  return roots.has(aliased) || roots.has(root) ? [aliased, ...rest].join(".") : path;
}
const aliases: Record<string, string> = {
  name: "full_name",
  last: "last_name",
  last_activity_at: "last_activity",
  // Offered once, and still in emails from then.
  preferences_url: "unsubscribe_url",
};
for (const root of Object.keys(aliases)) roots.add(root);

/** True when a template may name this root: a field, `custom`, or one of the workspace's variables. */
export function isKnownRoot(root: string, variables: Readonly<Record<string, string>> = {}): boolean {
  const path = canonicalPath(root);
  return path === "custom" || roots.has(path) || Object.hasOwn(variables, root);
}

export function mergeValues(contact: MergeContact, sender: MergeSender, moment: MergeMoment): MergeValues {
  const values: MergeValues = Object.create(null) as MergeValues;
  for (const [key, value] of Object.entries(sender.variables)) values[key] = value;
  for (const [key, value] of Object.entries(contact.customFields)) values[`custom.${key}`] = value;
  return Object.assign(values, {
    first_name: contact.firstName,
    last_name: contact.lastName,
    full_name: contact.name || [contact.firstName, contact.lastName].filter(Boolean).join(" "),
    email: contact.email,
    phone: contact.phone,
    company: contact.company,
    job_title: contact.jobTitle,
    city: contact.city,
    state: contact.state,
    country: contact.country,
    timezone: contact.timezone ?? sender.timezone,
    language: contact.language,
    lead_score: contact.leadScore,
    created_at: contact.createdAt.toISOString(),
    last_activity: contact.lastActivityAt?.toISOString() ?? null,
    tags: contact.tags,
    sender_name: sender.senderName,
    sender_email: sender.senderEmail,
    "company.name": sender.workspaceName,
    "company.address": sender.postalAddress,
    workspace_name: sender.workspaceName,
    workspace_url: sender.workspaceUrl,
    campaign_name: sender.campaignName,
    campaign_id: sender.campaignId,
    current_year: moment.now.getUTCFullYear(),
    now: moment.now.toISOString(),
    unsubscribe_url: moment.unsubscribeUrl,
  });
}

/** `company` is the contact's employer, and `company.name` and `company.address` are the sender's. */
class Company extends Drop {
  readonly name: unknown;
  readonly address: unknown;
  readonly #employer: unknown;
  constructor(values: MergeValues) {
    super();
    this.name = values["company.name"];
    this.address = values["company.address"];
    this.#employer = values.company;
  }
  override valueOf() {
    return this.#employer;
  }
}

/** The values as a Liquid scope: nested, and under both spellings. */
export function liquidScope(values: MergeValues): Record<string, unknown> {
  const custom: Record<string, unknown> = {};
  const scope: Record<string, unknown> = {
    custom,
    customField: custom,
    custom_field: custom,
    customFields: custom,
  };
  for (const [path, value] of Object.entries(values)) {
    if (path.startsWith("custom.")) custom[path.slice("custom.".length)] = value;
    else if (!path.includes(".")) scope[path] = scope[camel(path)] = value;
  }
  for (const [alias, root] of Object.entries(aliases)) scope[alias] = scope[camel(alias)] = values[root];
  scope.company = new Company(values);
  return scope;
}

/** How a merged value reads in text: lists with commas, nothing for what is absent. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(plainText).join(", ");
  if (value instanceof Drop) return plainText(value.valueOf());
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return String(value);
  return typeof value === "object" ? JSON.stringify(value) : "";
}
