import { build } from "esbuild";
import fc from "fast-check";
import type { Page } from "@playwright/test";
import type * as convertHtml from "#components/templates/blocks/convert-html";
import { expect, test } from "./fixtures.ts";

declare const blocks: typeof convertHtml;

/** The module that makes blocks of HTML, in a browser: what HTML means is the browser's word. */
async function loadBlocks(page: Page): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: ["components/templates/blocks/convert-html.tsx"],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "blocks",
  });
  await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
}

/** What each mail says before and after it became blocks; null where none could be made of it. */
const converted = (page: Page, mails: readonly string[]) =>
  page.evaluate((sources) => {
    const said = (parts: Iterable<Element>) => {
      const all = [...parts];
      const under = (selector: string) => all.flatMap((part) => [...part.querySelectorAll(selector)]);
      const letters = (nodes: Element[]) => nodes.map((node) => node.textContent.replace(/\s/g, "")).join("");
      return {
        words: letters(all),
        links: [...Map.groupBy(under("a[href]"), (link) => link.getAttribute("href"))].map(
          ([href, found]) => [href, letters(found)],
        ),
        pictures: under("img").map((picture) => [
          picture.getAttribute("src"),
          picture.getAttribute("alt") ?? "",
        ]),
        headings: under("h1,h2,h3").map((heading) => letters([heading])),
        points: under("li").length,
        bold: letters(under("strong:not(strong strong, b strong),b:not(strong b, b b)")),
        italic: letters(under("em:not(em em, i em),i:not(em i, i i)")),
      };
    };
    const parse = (text: string) => new DOMParser().parseFromString(text, "text/html");
    return sources.map((source) => {
      const found = blocks.convertHtml(source);
      if (!found) return null;
      const mail = blocks.mailHtml(found.doc);
      return {
        how: found.how,
        kept: found.how === "whole" ? String(found.doc.content?.[0]?.attrs?.html) : null,
        before: said([parse(source).body]),
        after: said(parse(mail).querySelectorAll("td[data-block]")),
        readAgain: blocks.readBlocks(mail) !== null,
      };
    });
  }, mails);

const words = fc.constantFrom(
  ...[
    "Hello",
    "there",
    "a &amp; b",
    "1 &lt; 2",
    "Grüße",
    "&nbsp;",
    "{{ first_name }}",
    '{{ x | default: "a > b" }}',
    "\n",
    " ",
  ],
);
const address = fc.constantFrom(
  "https://example.com",
  "https://example.com/?a=1&amp;b=2",
  "{{ link }}",
  "mailto:a@b.example",
);
const { inline } = fc.letrec<{ inline: string }>((tie) => ({
  inline: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    words,
    fc.constantFrom(
      "<br>",
      '<img src="https://example.com/a.png" alt="A &amp; B" width="80">',
      '<img src="x.png">',
    ),
    fc
      .tuple(fc.constantFrom("strong", "b", "em", "i", "u", "s"), fc.array(tie("inline"), { maxLength: 3 }))
      .map(([tag, inner]) => `<${tag}>${inner.join("")}</${tag}>`),
    fc
      .tuple(address, fc.array(tie("inline"), { maxLength: 2 }))
      .map(([href, inner]) => `<a href="${href}">${inner.join("")}</a>`),
  ),
}));
const line = fc.array(inline, { maxLength: 4 }).map((parts) => parts.join(""));
const list = fc
  .tuple(fc.constantFrom("ul", "ol"), fc.array(line, { minLength: 1, maxLength: 3 }), line)
  .map(
    ([tag, points, last]) =>
      `<${tag}>${points.map((point) => `<li>${point}</li>`).join("")}<li><p>${last}</p></li></${tag}>`,
  );
const block = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom("p", "h1", "h2", "h3"), line)
      .map(([tag, inner]) => `<${tag}>${inner}</${tag}>`),
  },
  { weight: 2, arbitrary: list },
  { weight: 2, arbitrary: line },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "<hr>",
      "<p>",
      "</p>",
      "</strong>",
      "<table><tr><td>Cell</td></tr></table>",
      "<!-- note -->",
      "<div>In a box</div>",
      '<p style="color:red">Red</p>',
      "<blockquote>Said</blockquote>",
      "<script>x()</script>",
    ),
  },
);
const html = fc
  .array(block, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join("\n"))
  // Without a tag it is plain text, and what looks like the end of one is words.
  .filter((source) => /<[a-z]/i.test(source) || !source.includes("<"));

test("HTML that becomes blocks keeps every word, link, picture, heading and emphasis; any other stays as it was written", async ({
  page,
}) => {
  await loadBlocks(page);
  const ways = { all: 0, whole: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(html, { minLength: 20, maxLength: 20 }), async (sources) => {
      const made = await converted(page, sources);
      for (const [index, found] of made.entries()) {
        if (!found) throw new Error("Only a whole page is refused.");
        ways[found.how] += 1;
        if (found.how === "whole") expect(found.kept).toBe(sources[index]);
        else expect(found.after).toEqual(found.before);
        expect(found.readAgain).toBe(true);
      }
    }),
    { numRuns: 25 },
  );
  // Both ways were taken, or nothing was shown.
  expect(Math.min(ways.all, ways.whole)).toBeGreaterThan(50);
});
