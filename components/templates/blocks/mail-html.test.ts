import fc from "fast-check";
import { expect, test } from "vitest";
import { hideLiquid, outsideLiquid } from "./liquid-text.tsx";
import { inkOn, mailHtml } from "./mail-html.tsx";

const text = (words: string, ...marks: object[]) => ({
  type: "text",
  text: words,
  ...(marks.length && { marks }),
});
const mail = (...content: object[]) => mailHtml({ type: "doc", content });

test("words are escaped, and Liquid stays as it was written, in text and in addresses", () => {
  const html = mail(
    {
      type: "paragraph",
      content: [text('a < b & c {% if lead_score > 3 %}{{ x | default: "<&>" }}{% endif %}')],
    },
    {
      type: "button",
      attrs: { href: 'https://x.example/?a=1&b={{ email | default: "q" }}' },
      content: [text("Go > on")],
    },
  );
  expect(html).toContain('a &lt; b &amp; c {% if lead_score > 3 %}{{ x | default: "<&>" }}{% endif %}</p>');
  expect(html).toContain('href="https://x.example/?a=1&amp;b={{ email | default: "q" }}"');
  expect(html).toContain("Go &gt; on</a>");
});

test("neighbours within one link are one link, or its clicks would be counted apart", () => {
  const link = { type: "link", attrs: { href: "https://x.example" } };
  const html = mail({
    type: "paragraph",
    content: [text("one ", link), text("two", link, { type: "bold" }), text(" none")],
  });
  expect(html.match(/<a /g)).toHaveLength(1);
  expect(html).toContain("one <strong>two</strong></a> none");
});

test("an attribute that cannot be is replaced by one that can, and raw HTML stays byte for byte", () => {
  const html = mailHtml({
    type: "doc",
    attrs: { canvas: '"><script>', accent: "#FFFFFF" },
    content: [
      { type: "image", attrs: { src: 'x" onerror="y', width: 9_999 } },
      { type: "html", attrs: { html: "<center>&nbsp;</CENTER" } },
    ],
  });
  expect(html).toContain('bgcolor="#f4f4f5"');
  expect(html).toContain('src="x&quot; onerror=&quot;y" alt="" width="536"');
  expect(html).toContain("<!--html--><center>&nbsp;</CENTER<!--/html-->");
});

test("every text comes back from hiding its Liquid, and only what is outside is changed", () => {
  const part = fc.constantFrom("{{", "}}", "{%", "%}", '"', "'", "a", "<", "{", "}", " ");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
      const source = parts.join("");
      const { hidden, show } = hideLiquid(source);
      expect(show(hidden)).toBe(source);
      expect(outsideLiquid(source, (plain) => plain)).toBe(source);
    }),
  );
  expect(outsideLiquid("a{{ a | x: '}}' }}a", () => "b")).toBe("b{{ a | x: '}}' }}b");
});

test("a button's words can be read on its colour", () => {
  expect([inkOn("#1d4ed8"), inkOn("#fde047"), inkOn("#ffffff")]).toEqual(["#ffffff", "#18181b", "#18181b"]);
});
