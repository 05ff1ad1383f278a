import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { finishedDraft } from "#server/campaigns/testing";

const words = {
  subject: "For {{ first_name }}",
  previewText: "",
  html: "<p>{{ firstName }} of {{ company }}, {{ custom.plan|none }}, {{ city }}, {{ tags }}, {{ promo }}</p>",
};

test("a preview shows somebody whom JSON describes, what is left out as empty, and names what is no field", async () => {
  const { caller, scope } = await newTenant();
  await withTenant(scope, (tx) =>
    tx.execute(sql`insert into template_variables (key, default_value) values ('promo', 'SPRING')`),
  );
  const see = (fields: object) =>
    caller.templates.preview({ ...words, contactId: null, json: JSON.stringify(fields) });
  const { message, hints } = await see({
    ...{ first_name: "Ana <3", company: "Acme", tags: ["a", "b"], custom: { plan: "pro" } },
    ...{ compani: 1, promo: "x", sender_name: "Eve" },
  });
  expect(message).toMatchObject({ subject: "For Ana <3", to: "someone@example.com" });
  expect(message?.html).toContain("<p>Ana &lt;3 of Acme, pro, , a, b, SPRING</p>");
  expect(hints.filter((hint) => !hint.startsWith("The mail"))).toEqual([
    "No field is called compani. Did you mean company?",
    "promo is not a contact's: it stays as the mail has it.",
    "sender_name is not a contact's: it stays as the mail has it.",
    "city is empty.",
  ]);
  const other = await see({ firstName: "Bo", email: "bo@x.example", company: 7, "custom.plan": ["x", "y"] });
  expect(other.message).toMatchObject({ subject: "For Bo", to: "bo@x.example" });
  expect(other.message?.html).toContain("<p>Bo of 7, x, y, , , SPRING</p>");
  const left = await withTenant(scope, (tx) => tx.execute(sql`select id from contacts`));
  expect(left).toHaveLength(0);
});

test("JSON that cannot be a contact is refused with its place, or the field", async () => {
  const { caller } = await newTenant();
  const refusal = async (json: string) =>
    caller.templates.preview({ ...words, json }).then(
      () => null,
      (error: unknown) => (error as Error).message,
    );
  expect(await refusal('{\n  "first_name": Ana\n}')).toBe(
    'Line 2, column 17: Expected a value, such as "text", 12 or true, found “Ana”.',
  );
  expect(await refusal("[1]")).toContain("Expected an object, such as");
  expect(await refusal('{"first_name": {"a": 1}}')).toBe("first_name: Expected text or a number.");
  expect(await refusal('{"customField": "pro"}')).toContain("custom: Expected an object");
  expect(await refusal('{"created_at": "soon"}')).toContain("created_at: Expected a date");
  expect(await refusal('{"email": "ana"}')).toContain("email: Expected an address");
  expect(await refusal('{"tags": [1]}')).toContain("tags.0: Expected a text");
  expect(await refusal(`{"custom": {"a": ${"[".repeat(60)}${"]".repeat(60)}}}`)).toContain("50 deep");
  expect(await refusal(`{"phone": "${"x".repeat(50_000)}"}`)).toContain("50,000 characters");
  expect(await refusal('{"custom": {"__proto__": {"plan": "x"}, "constructor": 1}}')).toBeNull();
});

test("what JSON makes too large is refused as for a contact, and a step of a campaign is seen the same way", async () => {
  const tenant = await newTenant();
  const { templates, campaigns } = tenant.caller;
  const list = JSON.stringify({ custom: { list: Array.from({ length: 2_000 }, () => "x") } });
  const html = "{% for x in custom.list %}{{ x }}{% endfor %}";
  // Whichever of the two limits a busy machine reaches first.
  await expect(templates.preview({ ...words, html, json: list })).rejects.toThrow(
    /loops may take 1000 turns|render limit exceeded/,
  );
  const { id, first } = await finishedDraft(tenant);
  const seen = await campaigns.previewStep({
    ...{ id, stepId: first },
    json: '{"first_name": "Zoë", "email": "zoe@x.example", "favourite": 1}',
  });
  expect(seen).toMatchObject({
    subject: "Hello Zoë",
    to: "zoe@x.example",
    hints: ["No field is called favourite. A field of your own is custom.favourite."],
  });
});
