import fc from "fast-check";
import PostalMime from "postal-mime";
import { describe, expect, test } from "vitest";
import { readToken } from "#server/tracking/tokens";
import { compileMessage, type MessageContent, type MessageOptions, type MessageOrigin } from "./compile.ts";
import type { MergeContact } from "./merge-fields.ts";
import { renderFor, type Recipient } from "./render.ts";

const origin: MessageOrigin = {
  tenantId: "0190f3a0-1111-7222-8333-000000000001",
  workspaceId: "0190f3a0-1111-7222-8333-000000000002",
  sender: {
    workspaceName: "Engines & Co",
    workspaceUrl: "https://app.example.com/engines",
    postalAddress: "1 Road, Town",
    timezone: "UTC",
    senderName: "Grace",
    senderEmail: "grace@engines.example",
    campaignName: "Welcome",
    campaignId: "0190f3a0-1111-7222-8333-000000000003",
    variables: {},
  },
  from: { name: "Grace Hopper", email: "grace@engines.example" },
  replyTo: "reply@engines.example",
};
const options: MessageOptions = {
  trackOpens: true,
  trackClicks: true,
  unsubscribe: true,
  plainTextOnly: false,
  broadcast: false,
  utm: {},
};
const ada: MergeContact = {
  email: "ada@example.com",
  firstName: "Ada",
  lastName: "Lovelace",
  name: null,
  phone: null,
  company: null,
  jobTitle: null,
  city: null,
  state: null,
  country: null,
  timezone: null,
  language: null,
  leadScore: 0,
  createdAt: new Date(0),
  lastActivityAt: null,
  tags: [],
  customFields: {},
};
const messageId = "0190f3a0-1111-7222-8333-444455556666";
const now = new Date("2026-03-01T10:00:00Z");

async function message(
  content: Partial<MessageContent>,
  {
    contact = ada,
    given = {},
    recipient = {},
  }: { contact?: MergeContact; given?: Partial<MessageOptions>; recipient?: Partial<Recipient> } = {},
) {
  const whole = {
    subject: "Hello {{ first_name }}",
    previewText: "",
    html: "<p>Hi</p>",
    text: null,
    ...content,
  };
  const compiled = compileMessage(whole, { ...options, ...given }, origin);
  const rendered = renderFor(compiled, { messageId, email: contact.email, contact, now, ...recipient });
  const parsed = await PostalMime.parse(rendered.raw);
  const headers = new Map(parsed.headers.map(({ key, value }) => [key, value]));
  return { compiled, rendered, parsed, headers, html: parsed.html ?? "", text: parsed.text ?? "" };
}
const hrefs = (html: string) => [...html.matchAll(/href="([^"]*)"/gi)].map((match) => match[1] ?? "");

test("headers name sender, recipient and thread, and let mail programs unsubscribe with one click", async () => {
  const thread = {
    inReplyTo: "<first@engines.example>",
    references: "<first@engines.example>",
    subject: "Re: Hello",
  };
  const { parsed, headers, rendered } = await message({ subject: "" }, { recipient: { thread } });
  expect(parsed.from).toMatchObject({ name: "Grace Hopper", address: "grace@engines.example" });
  expect(parsed.to?.[0]).toMatchObject({ name: "Ada Lovelace", address: "ada@example.com" });
  expect(parsed.replyTo?.[0]?.address).toBe("reply@engines.example");
  expect(parsed.subject).toBe("Re: Hello");
  expect(parsed.inReplyTo).toBe(thread.inReplyTo);
  expect(rendered.rfcMessageId).toMatch(
    /^<0190f3a0111172228333444455556666\.[0-9a-f]{16}@engines\.example>$/,
  );
  expect(parsed.messageId).toBe(rendered.rfcMessageId);
  expect(headers.get("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
  const address = /^<.*\/u\/([\w-]+)>$/.exec(headers.get("list-unsubscribe") ?? "")?.[1];
  expect(readToken(address ?? "", "unsubscribe")).toMatchObject({ messageId, test: false });
  expect(headers.has("precedence")).toBe(false);
  expect((await message({}, { given: { broadcast: true } })).headers.get("precedence")).toBe("bulk");
});

test("links lead through numbered redirects; what must not be wrapped is not", async () => {
  const { html, compiled, text } = await message(
    {
      html: `<a href="https://a.example/?x=1&amp;y=2">One</a> <A class='b' HREF='http://b.example'><img src="i.png" alt="Pic"></A>
      <a href="mailto:x@y.example">m</a> <a href="#top">t</a> <a href="{{ unsubscribe_url }}">u</a> <a href="tel:+1">c</a>
      <!-- <a href="https://hidden.example">h</a> --> <a title='a > "b"' href="https://c.example/{{ first_name | default: "x y" }}?q={{ company|none }}">{{ first_name }}</a>
      {% for t in tags %}<a href="https://d.example/{{ t }}">loop</a>{% endfor %}`,
    },
    { contact: { ...ada, firstName: "A/B C", tags: ["p q"] } },
  );
  expect(compiled.links).toEqual([
    { index: 0, url: "https://a.example/?x=1&y=2", label: "One" },
    { index: 1, url: "http://b.example", label: "Pic" },
    {
      index: 2,
      url: `https://c.example/{{ first_name | default: "x y" | url_encode }}?q={{ company | default: "none" | url_encode }}`,
      label: "{{ first_name }}",
    },
  ]);
  const all = hrefs(html);
  const clicks = all
    .filter((href) => href.includes("/t/c/"))
    .map((href) => readToken(href.split("/").at(-1) ?? "", "click"));
  expect(clicks.map((click) => click?.linkIndex)).toEqual([0, 1, 2]);
  expect(all).toEqual(
    expect.arrayContaining([
      "mailto:x@y.example",
      "#top",
      "tel:+1",
      "https://hidden.example",
      "https://d.example/p%20q",
    ]),
  );
  expect(all.filter((href) => href.includes("/u/"))).toHaveLength(1);
  expect(text).toContain("https://c.example/A%2FB%20C?q=none");
  expect(text).not.toContain("/t/c/");
});

test("campaign parameters are added once, to web links only, before the anchor", async () => {
  const html = `<a href="https://a.example/p?utm_source=own#x">a</a><a href="https://b.example/#y">b</a><a href="mailto:a@b.example">c</a>`;
  const given = { utm: { utm_source: "post road", utm_medium: "email" } };
  const { compiled } = await message({ html }, { given });
  expect(compiled.links.map(({ url }) => url)).toEqual([
    "https://a.example/p?utm_source=own&utm_medium=email#x",
    "https://b.example/?utm_source=post%20road&utm_medium=email#y",
  ]);
  expect(hrefs((await message({ html }, { given: { ...given, trackClicks: false } })).html)).toContain(
    "https://b.example/?utm_source=post%20road&amp;utm_medium=email#y",
  );
});

describe("the footer", () => {
  test("brings postal address and unsubscribe link when the template has neither", async () => {
    const { html, text } = await message({ html: "<html><body><p>Hi</p></body></html>" });
    expect(html).toMatch(/Engines &amp; Co<br>1 Road, Town<br><a href="[^"]*\/u\/[\w-]{86}"/);
    expect(html.indexOf("Unsubscribe")).toBeLessThan(html.indexOf("</body>"));
    expect(text).toMatch(/-- \nEngines & Co, 1 Road, Town\nUnsubscribe: http\S+\/u\/[\w-]{86}/);
  });
  test("is not repeated when the template has its own", async () => {
    const { html } = await message({
      html: "<p>{{ company.address }} <a href='{{unsubscribeUrl}}'>Stop</a></p>",
    });
    expect(html).not.toContain("Unsubscribe");
    expect(html.match(/1 Road/g)).toHaveLength(1);
  });
});

test("the pixel and the redirects go away when tracking is off, and HTML when only text is wanted", async () => {
  const content = { html: "<a href='https://a.example'>a</a>" };
  const tracked = await message(content);
  expect(tracked.html).toMatch(/<img src="[^"]*\/t\/o\/[\w-]{86}" width="1"/);
  const quiet = await message(content, { given: { trackOpens: false, trackClicks: false } });
  expect(quiet.html).not.toContain("/t/");
  const plain = await message(content, { given: { plainTextOnly: true } });
  expect(plain.parsed.html).toBeUndefined();
  expect(plain.text).toContain("a (https://a.example)");
});

test("the preview line comes first and escaped; text without tags becomes paragraphs with links", async () => {
  const { html, text } = await message({
    previewText: "5 < 6, {{ first_name }}",
    html: "Hi {{first_name}}\n1 < 2\n\nSee https://a.example/x?b=1.",
  });
  expect(html).toMatch(/<body[^>]*><div style="display:none[^>]*>5 &lt; 6, Ada/);
  expect(html).toMatch(
    /<p[^>]*>Hi Ada<br>\n1 &lt; 2<\/p>\n<p[^>]*>See <a href="[^"]*\/t\/c\/[\w-]+">https:\/\/a\.example\/x\?b=1<\/a>\.<\/p>/,
  );
  expect(text).toMatch(/^Hi Ada\n1 < 2\n\nSee https:\/\/a\.example\/x\?b=1\./);
});

test("an empty field without a fallback is a warning; a test message says so and changes no tokens of others", async () => {
  const { rendered, html } = await message(
    { html: "<p>{{ city }} {{ company|you }} {{ job_title | upcase }}</p>" },
    { recipient: { test: true } },
  );
  expect(rendered.emptyFields).toEqual(["city", "job_title"]);
  expect(rendered.subject).toBe("[Test] Hello Ada");
  expect(readToken(/\/u\/([\w-]+)/.exec(html)?.[1] ?? "", "unsubscribe")?.test).toBe(true);
});

test("logic, filters and whitespace control render like plain values do", async () => {
  const { html, parsed, rendered } = await message(
    {
      subject: "{% if city %}a{% else %}b{% endif %} {{ first_name | upcase }}",
      html: "<p>x {{- first_name -}} y {{ last_name | upcase }}{% if tags contains 'vip' %}, VIP{% endif %}</p>",
    },
    { contact: { ...ada, tags: ["vip"], lastName: "<é>" } },
  );
  expect(parsed.subject).toBe("b ADA");
  expect(html).toContain("<p>xAday &lt;É&gt;, VIP</p>");
  expect(rendered.emptyFields).toEqual([]);
});

const wild = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.constantFrom(
      'O\'Brien "Bob", Jr.',
      ".",
      "=3D",
      "日本語".repeat(60),
      "x".repeat(1200),
      "a\r\nBcc: all@example.com",
      "<script>",
      "{{ email }}",
      "👩‍👩‍👧 ",
    ),
  )
  .map((value) => value.replace(/[\p{Cs}\p{Cn}\uFEFF\uE000\uE001\0]/gu, ""));

test("whatever a contact holds, a mail parser reads back what was meant", async () => {
  const compiled = compileMessage(
    {
      subject: "Re {{ first_name }}!",
      previewText: "",
      html: "<p>.dot {{ first_name }}</p>\n.{{ company }}= end",
      text: "Dear {{ first_name }},\n.{{ company }} \n{{ city }}",
    },
    { ...options, unsubscribe: false, trackOpens: false },
    { ...origin, sender: { ...origin.sender, workspaceName: "W" } },
  );
  const oneLine = (value: string) => value.replace(/[\p{Cc}\s]+/gu, " ").trim();
  const newlines = (value: string) => value.replace(/\r\n|\r/g, "\n");
  const escape = (value: string) =>
    value.replace(
      /[&<>"']/g,
      (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c] ?? c,
    );
  await fc.assert(
    fc.asyncProperty(wild, wild, async (firstName, company) => {
      const contact = { ...ada, firstName, company };
      const { raw } = renderFor(compiled, { messageId, email: ada.email, contact, now });
      const parsed = await PostalMime.parse(raw);
      expect(oneLine(parsed.subject ?? "")).toBe(oneLine(`Re ${firstName}!`));
      expect(parsed.to).toHaveLength(1);
      expect(parsed.to?.[0]?.address).toBe("ada@example.com");
      expect(parsed.bcc ?? []).toEqual([]);
      expect(newlines(parsed.text ?? "")).toContain(newlines(`Dear ${firstName},\n.${company} \n`));
      expect(newlines(parsed.html ?? "")).toContain(
        newlines(`<p>.dot ${escape(firstName)}</p>\n.${escape(company)}= end`),
      );
      const lines = raw.toString("latin1").split("\r\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(300);
    }),
    { numRuns: 200 },
  );
});
