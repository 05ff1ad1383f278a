import { generateJSON, type JSONContent } from "@tiptap/core";
import { mailExtensions } from "./extensions.tsx";
import { hideLiquid } from "./liquid-text.tsx";
import { mailHtml, rawEnd, rawStart } from "./mail-html.tsx";
import { readBlocks } from "./read-blocks.tsx";

// All that the page around the editor needs of it, in one piece that is fetched when it is needed.
export { mailHtml, readBlocks };

/** What nobody has written into yet. */
export const emptyMail: JSONContent = { type: "doc", content: [{ type: "paragraph" }, { type: "footer" }] };

/**
 * HTML as blocks. `all`: every word, link, picture and emphasis became a block's, though the look is that of blocks.
 * `whole`: it is kept as it is, in one HTML block. Null for a page of its own, with a head that no block can hold.
 */
export type Converted = { doc: JSONContent; how: "all" | "whole" } | null;

export function convertHtml(html: string): Converted {
  if (/<(?:!doctype|html|head|body)\b/i.test(html)) return null;
  const simple = simpleBlocks(html);
  if (simple) return { doc: simple, how: "all" };
  if (html.includes(rawStart) || html.includes(rawEnd)) return null;
  return { doc: { type: "doc", content: [{ type: "html", attrs: { html } }] }, how: "whole" };
}

/** What blocks can say, and with which attributes. */
const understood: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ["P", "H1", "H2", "H3", "UL", "OL", "LI", "STRONG", "B", "EM", "I", "U", "S", "BR", "HR"].map((tag) => [
      tag,
      [],
    ]),
  ),
  A: ["href"],
  IMG: ["src", "alt", "width"],
};

function simpleBlocks(html: string): JSONContent | null {
  const { hidden, show } = hideLiquid(html);
  const page = new DOMParser().parseFromString(
    /<[a-z]/i.test(hidden) ? hidden : paragraphs(hidden),
    "text/html",
  );
  const simple = [...page.body.querySelectorAll("*")].every(
    ({ tagName, attributes }) =>
      understood[tagName] && [...attributes].every(({ name }) => understood[tagName]?.includes(name)),
  );
  if (!simple || html.includes("<!--")) return null;
  const doc = generateJSON(page.body.innerHTML, mailExtensions) as JSONContent;
  const read = shown(doc, show);
  return sameMeaning(page.body, read, show) ? read : null;
}

/** Blank lines part paragraphs, and addresses are links, as sending reads a text without tags. */
const paragraphs = (text: string) =>
  text
    .trim()
    .split(/\r?\n\s*\r?\n/)
    .map((part) => part.trim().replaceAll("<", "&lt;").replaceAll(">", "&gt;"))
    .map((part) =>
      part.replace(/https?:\/\/[^\s"<>]*[^\s"<>.,;:!?)]/g, (url) => `<a href="${url}">${url}</a>`),
    )
    .map((part) => `<p>${part.replace(/\r?\n/g, "<br>")}</p>`)
    .join("");

/**
 * The same letters in the same order, and the same links, pictures, headings, points and emphasis. Asked of the mail that
 * the blocks would be written as: nothing may be lost on the way there either.
 */
function sameMeaning(body: Element, doc: JSONContent, show: (text: string) => string): boolean {
  const written = hideLiquid(mailHtml(doc));
  const mail = new DOMParser().parseFromString(written.hidden, "text/html");
  const blocks = [...mail.querySelectorAll("td[data-block]")];
  return JSON.stringify(meaning([body], show)) === JSON.stringify(meaning(blocks, written.show));
}

function meaning(parts: readonly Element[], show: (text: string) => string) {
  const letters = (nodes: readonly Element[]) =>
    show(nodes.map((node) => node.textContent).join("")).replace(/\s+/g, "");
  const within = (selector: string) => parts.flatMap((part) => [...part.querySelectorAll(selector)]);
  const outermost = (selector: string) =>
    letters(within(selector).filter((node) => !node.parentElement?.closest(selector)));
  const given = (node: Element, name: string) => show(node.getAttribute(name) ?? "");
  // Neighbours that lead to the same place become one link.
  const links = Map.groupBy(within("a[href]"), (link) => given(link, "href"));
  return {
    words: letters(parts),
    links: [...links].map(([href, found]) => [href, letters(found)]),
    pictures: within("img").map((picture) => [given(picture, "src"), given(picture, "alt")]),
    linkedPictures: within("a[href] img").length,
    headings: within("h1,h2,h3").map((heading) => [heading.tagName, letters([heading])]),
    points: [within("ul > li").length, within("ol > li").length],
    lines: within("hr,td[data-block=divider]").length,
    emphasis: ["strong,b", "em,i", "u", "s"].map(outermost),
  };
}

/** Liquid back in its place, in words and in addresses. */
function shown(node: JSONContent, show: (text: string) => string): JSONContent {
  const inAttrs = (attrs: Record<string, unknown> | undefined) =>
    attrs
    && Object.fromEntries(
      Object.entries(attrs).map(([key, value]) => [key, typeof value === "string" ? show(value) : value]),
    );
  return {
    ...node,
    ...(node.text !== undefined && { text: show(node.text) }),
    ...(node.attrs && { attrs: inAttrs(node.attrs) }),
    ...(node.marks && { marks: node.marks.map((mark) => ({ ...mark, attrs: inAttrs(mark.attrs) })) }),
    ...(node.content && { content: node.content.map((child) => shown(child, show)) }),
  };
}
