import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TemplateError, checkTemplate, parseTemplate, unknownVariables, variablesOf } from "./liquid.ts";
import { shownFields } from "./shown-fields.ts";
import { filters } from "./liquid-filters.ts";
import { filterHints } from "./schema.ts";
import { mergeValues, type MergeContact, type MergeSender } from "./merge-fields.ts";

const contact: MergeContact = {
  email: "ada@example.com",
  firstName: "Ada",
  lastName: "Lovelace",
  name: null,
  phone: "+15551234567",
  company: "Acme",
  jobTitle: null,
  city: "London",
  state: null,
  country: "GB",
  timezone: "Europe/London",
  language: "en",
  leadScore: 42,
  createdAt: new Date("2026-01-15T23:30:00Z"),
  lastActivityAt: null,
  tags: ["vip", "news"],
  customFields: { plan: "pro", amount: 12.5, note: "<b>&'\"" },
};
const sender: MergeSender = {
  workspaceName: "Engines",
  workspaceUrl: "https://app.example.com/engines",
  postalAddress: "1 Road",
  timezone: "UTC",
  senderName: "Grace",
  senderEmail: "grace@example.com",
  campaignName: "Welcome",
  campaignId: "c",
  variables: { offer: "10 %" },
};
const values = mergeValues(contact, sender, {
  now: new Date("2026-06-30T22:30:00Z"),
  unsubscribeUrl: "https://x/u/1",
});
const render = (source: string, target: "html" | "text" = "text") =>
  parseTemplate(source).render(values, target);

test.each([
  ["{{ first_name }} {{firstName}} {{ full_name }} {{ email }}", "Ada Ada Ada Lovelace ada@example.com"],
  ["{{ custom.plan }} {{ customField.plan }} {{ custom.none }}.", "pro pro ."],
  ["{{ company }} of {{ company.name }}, {{ company.address }}", "Acme of Engines, 1 Road"],
  ["{% if company == 'Acme' %}yes{% endif %} {{ company | upcase }}", "yes ACME"],
  [
    "{{ jobTitle|there }} {{ job_title | my friend }} {{ job_title | default: 'x' }} {{ job_title|0 }}",
    "there my friend x 0",
  ],
  ['{{ first_name | there }} {{ job_title | upcase | "you\'s" }}', "Ada you's"],
  ["{{ job_title | default: city | upcase }}", "LONDON"],
  ["{{ tags }} {% for t in tags limit:1 %}{{ forloop.index }}{{ t }}{% endfor %}", "vip, news 1vip"],
  [
    "{% if tags contains 'vip' and (lead_score > 40 or city == 'x') %}a{% elsif true %}b{% else %}c{% endif %}",
    "a",
  ],
  ["{% if tags not_contains 'vip' %}a{% else %}b{% endif %}{% unless first_name %}c{% endunless %}", "b"],
  [
    "{% assign n = lead_score | plus: 1 %}{{ n | times: 2 | divided_by: 4 | round: 1 }} {{ n | minus: 3 }}",
    "21.5 40",
  ],
  [
    "{{ created_at | date: '%Y-%m-%d' }} {{ created_at | date }} {{ 'now' | date: '%H:%M' }}",
    "2026-01-15 January 15, 2026 23:30",
  ],
  [
    "{{ created_at | time_ago }} {{ now | date_add: 1, 'weeks' | date: '%d.%m.' }} {{ 2 | days_from_now | date: '%d' }}",
    "5 months ago 07.07. 02",
  ],
  [
    "{{ custom.amount | currency }} {{ custom.amount | currency: 'EUR' }} {{ 0.256 | percentage: 1 }} {{ 1234567.5 | number_with_delimiter }}",
    "$12.50 €12.50 25.6% 1,234,567.5",
  ],
  [
    "{{ phone | phone }} {{ 'abc' | currency }} {{ 'x' | plus: 1 }} {{ 'never' | date }}",
    "+1 (555) 123-4567 abc x never",
  ],
  [
    "{{ 'jean-luc o' | titlecase }} {{ 'hello' | capitalize }} {{ '<i>x</i>' | strip_html }} {{ 'abcdef' | truncate: 4 }}",
    "Jean-Luc O Hello x a...",
  ],
  [
    "{{ 'a,b' | split: ',' | join: '+' }} {{ 'a,b' | split: ',' | last }} {{ 'aXa' | replace: 'X', '-' }}",
    "a+b b a-a",
  ],
  ["{{ offer }} {{ current_year }} {{ sender_name }} {{ campaign_name }}", "10 % 2026 Grace Welcome"],
])("%s", (source, expected) => {
  expect(render(source)).toBe(expected);
});

test("values are escaped in HTML and plain in text", () => {
  expect(render("{{ custom.note }}", "html")).toBe("&lt;b&gt;&amp;&#39;&quot;");
  expect(render("{{ custom.note }}", "text")).toBe("<b>&'\"");
});

describe("a mistake is reported where it stands, with what to do", () => {
  test.each([
    ["Hi\n  {{ first_name | upcas }}", 2, 3, /no filter "upcas". Did you mean upcase\?/],
    [
      "{{ first_name | there }} {{ x | frobnicate: 1 }}",
      1,
      26,
      /no filter "frobnicate". Known are: .*upcase/,
    ],
    ["a\n{{ a|b }}{% foo %}", 2, 10, /no tag "foo". Known are: if,/],
    ["{% include 'x' %}", 1, 1, /no tag "include"/],
    ["{% raw %}x{% endraw %}", 1, 1, /no tag "raw"/],
    ["x {% if first_name %}a", 1, 3, /{% if first_name %} is never closed. Add {% endif %}/],
    ["x {{ first_name", 1, 3, /never closed/],
    ["{{ first name }}", 1, 1, /"first name" is not a field/],
    ["{{ }}", 1, 1, /names no field/],
    ["{{ a | default: }}", 1, 1, /default has a colon but no value/],
    ["\n{{#if name}}x{{/if}}", 2, 1, /Handlebars.*{% if/],
    ["Hi <%= it.name %>", 1, 4, /Eta/],
    ["{{{ name }}}", 1, 1, /Handlebars/],
  ])("%s", (source, line, column, message) => {
    const [problem] = checkTemplate(source);
    expect(problem).toMatchObject({ line, column });
    expect(problem?.message).toMatch(message);
    expect(() => parseTemplate(source)).toThrow(TemplateError);
  });
});

test("a required field stops the message of whoever lacks it, and names itself", () => {
  expect(render("{{ city | required }} {{ company|required|upcase }}")).toBe("London ACME");
  for (const source of [
    "{{ job_title | required }}",
    "{% if true %}{{ jobTitle | upcase | required }}{% endif %}",
  ])
    expect(() => render(source)).toThrow(/^job_?[tT]itle is empty, and this email may not go out without it/);
  expect(
    shownFields([
      "{{ job_title | required }} {{ city }} {{ state|x }} {% if company %}{{ company }}{% endif %}",
    ]),
  ).toEqual([
    { path: "job_title", required: true },
    { path: "city", required: false },
  ]);
});

test("loops, time, memory and output have limits, and a template cannot reach beyond its values", () => {
  expect(() => render("{% for i in (1..1001) %}x{% endfor %}")).toThrow(/1000 turns/);
  expect(() => render("{% for i in (1..100) %}{% for j in (1..100) %}x{% endfor %}{% endfor %}")).toThrow(
    /turns/,
  );
  const idle = "{% if i == 0 %}x{% endif %}".repeat(3_000);
  expect(() => render(`{% for i in (1..1000) %}${idle}{% endfor %}`)).toThrow(/render limit/);
  const doubling = "{% assign x = x | replace: 'a', 'aaaaaaaaaa' %}";
  expect(() => render(`{% assign x = 'a' %}{% for i in (1..9) %}${doubling}{% endfor %}`)).toThrow(/memory/);
  const thousands = `{% assign x = '${"a".repeat(1_001)}' %}{% for i in (1..1000) %}{{ x }}{% endfor %}`;
  expect(() => render(thousands)).toThrow("1001000 characters; 1000000 are allowed");
  expect(checkTemplate("a".repeat(1_000_001))[0]?.message).toContain("1000000 are allowed");
  expect(render("{{ constructor }}{{ tags.constructor }}{{ email.__proto__ }}")).toBe("");
});

test("what a template names is listed once, in one spelling, without loop variables", () => {
  const source =
    "{{ firstName|x }}{{ first_name }}{% for t in tags %}{{ t }}{% endfor %}{% assign y = custom.plan %}{{ y }}{{ frist_name }}";
  expect(variablesOf(source)).toEqual(["custom.plan", "first_name", "frist_name", "tags"]);
  expect(unknownVariables(source)).toEqual(["No field is called frist_name. Did you mean first_name?"]);
  expect(unknownVariables("{{ offer }}", sender.variables)).toEqual([]);
});

test("no text makes checking throw, and whatever passes renders or fails with a sentence", () => {
  const part = fc.constantFrom(
    "{{",
    "}}",
    "{%",
    "%}",
    "first_name",
    "|",
    "'",
    '"',
    " if ",
    "endif",
    " for x in tags ",
    "endfor",
    ":",
    "default",
    "\n",
    "é",
    "-",
    "(",
    ")",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 14 }), (parts) => {
      const source = parts.join("");
      if (checkTemplate(source).length > 0) return;
      variablesOf(source);
      render(source, "html");
    }),
    { numRuns: 500 },
  );
});

test("an editor offers every filter there is, and no other", () => {
  expect(filterHints.map(({ name }) => name).sort()).toEqual(Object.keys(filters).sort());
});
