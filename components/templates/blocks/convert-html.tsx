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
  return sameMeaning(page.body, doc) ? shown(doc, show) : null;
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

/** The same letters in the same order, and as many links, pictures, headings, points and lines. */
function sameMeaning(body: HTMLElement, doc: JSONContent): boolean {
  const letters: string[] = [];
  const counts = new Map<string, number>();
  const count = (kind: string) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const links = new Set<string>();
  const walk = (node: JSONContent) => {
    if (node.text) letters.push(node.text);
    if (node.type) count(node.type);
    for (const { type, attrs } of node.marks ?? []) if (type === "link") links.add(String(attrs?.href));
    if (node.attrs?.href) links.add(String(node.attrs.href));
    node.content?.forEach(walk);
  };
  walk(doc);
  const bare = (text: string) => text.replace(/\s+/g, "");
  const has = (selector: string) => body.querySelectorAll(selector).length;
  const expected = new Set(
    [...body.querySelectorAll("a[href]")].map((link) => link.getAttribute("href") ?? ""),
  );
  return (
    bare(letters.join("")) === bare(body.textContent ?? "")
    && (counts.get("image") ?? 0) === has("img")
    && (counts.get("heading") ?? 0) === has("h1,h2,h3")
    && (counts.get("listItem") ?? 0) === has("li")
    && (counts.get("horizontalRule") ?? 0) === has("hr")
    && expected.size === links.size
    && [...expected].every((href) => links.has(href))
  );
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
