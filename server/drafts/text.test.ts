import { expect, test } from "vitest";
import { exampleContact } from "#server/mail/example-contact";
import { renderFor } from "#server/mail/render";
import PostalMime from "postal-mime";
import { compileDraft } from "./compile.ts";
import { draftText, fieldIn } from "./text.ts";

const sender = {
  workspaceName: "Acme",
  workspaceUrl: "https://app.example.com/acme",
  postalAddress: "1 Main Street",
  timezone: "UTC",
  senderName: "Grace",
  senderEmail: "grace@example.com",
  campaignName: "Welcome",
  campaignId: "00000000-0000-7000-8000-000000000000",
  variables: {},
};
const now = new Date("2026-03-01T10:00:00Z");
const options = {
  trackOpens: false,
  trackClicks: false,
  unsubscribe: true,
  plainTextOnly: false,
  broadcast: false,
  utm: {},
};

/** What arrives of these words when they are sent as they are to somebody called Mallory. */
async function arrived({ subject, previewText, body }: ReturnType<typeof draftText>) {
  const from = { email: "grace@example.com" };
  const origin = { tenantId: "t", workspaceId: "w", sender, from, replyTo: null };
  const compiled = compileDraft({ options, origin }, { subject, previewText, body });
  const contact = { ...exampleContact, firstName: "Mallory" };
  const message = renderFor(compiled, {
    messageId: "00000000-0000-7000-8000-000000000001",
    email: contact.email,
    contact,
    now,
  });
  return PostalMime.parse(message.raw);
}

test("a draft says what its step says to that contact, and is sent in these very words", async () => {
  const text = draftText(
    {
      subject: "Hello {{ first_name }}",
      previewText: "For {{ company }}",
      html: '<p>Dear {{ first_name }}, <a href="https://x.test/?n={{ first_name }}">look</a></p><a href="{{ unsubscribe_url }}">bye</a>',
      text: null,
    },
    { contact: { ...exampleContact, firstName: "Ada & Co", company: "Engines" }, sender, now },
  );
  expect(text).toEqual({
    subject: "Hello Ada & Co",
    previewText: "For Engines",
    body: '<p>Dear Ada &amp; Co, <a href="https://x.test/?n=Ada%20%26%20Co">look</a></p><a href="{{ unsubscribe_url }}">bye</a>',
  });
  const mail = await arrived(text);
  expect(mail.subject).toBe("Hello Ada & Co");
  expect(mail.html).toContain("Dear Ada &amp; Co, ");
  expect(mail.html).toMatch(/href="http[^"]*\/u\/[^"]+">bye/);
  expect(mail.html?.match(/>[^<]*nsubscribe/g)).toBeNull();
});

test.each([
  "{{ first_name }}",
  "{% if first_name %}x{% endif %}",
  "{{{ first_name }}}",
  "<% x %>",
  "{{",
  "{%",
  "a {b} {{{",
  "{{ 'a' | nofilter }}",
  "&#123;{ first_name }}",
])("a name such as %s is only words in an email, whatever it looks like", async (name) => {
  const text = draftText(
    { subject: "Hi {{ first_name }}!", previewText: "", html: "<p>Hi {{ first_name }}!</p>", text: null },
    { contact: { ...exampleContact, firstName: name }, sender, now },
  );
  const mail = await arrived(text);
  expect(mail.subject).toBe(`Hi ${name}!`);
  expect(mail.text).toContain(`Hi ${name}!`);
});

test("the field that once promised preferences leads to where one unsubscribes, in a step and in a draft from then", async () => {
  const html = '<p>x</p><a href="{{ preferences_url }}">bye</a>';
  const text = draftText(
    { subject: "Hello", previewText: "", html, text: null },
    { contact: exampleContact, sender, now },
  );
  for (const body of [text.body, html]) {
    const mail = await arrived({ ...text, body });
    expect(mail.html).toMatch(/href="http[^"]*\/u\/[^"]+">bye/);
    expect(mail.html?.match(/>[^<]*nsubscribe/g)).toBeNull();
    expect(fieldIn(body)).toBeNull();
  }
});

test("a field that a reviewer writes is found, since nobody would fill it in", () => {
  expect(fieldIn("<p>Dear {{ firstName | default: 'you' }}</p>")).toBe("{{ firstName | default: 'you' }}");
  expect(fieldIn("{{ custom.plan }}")).toBe("{{ custom.plan }}");
  expect(fieldIn('<a href="{{ unsubscribe_url }}">bye</a> {{ unknown }} {x}')).toBeNull();
});
