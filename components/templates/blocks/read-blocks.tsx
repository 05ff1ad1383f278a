import type { JSONContent } from "@tiptap/core";
import { aligns, networks, type Align } from "./block-attrs.tsx";
import { hideLiquid } from "./liquid-text.tsx";
import { mailHtml, rawEnd, rawStart } from "./mail-html.tsx";

/**
 * The blocks of a mail that `mailHtml` wrote, or that still reads the same after a change by hand. Null when anything in
 * it would be lost: blocks written out again must be the very same text.
 */
export function readBlocks(html: string): JSONContent | null {
  if (!html.includes('name="postroad-blocks"')) return null;
  const raws: string[] = [];
  const kept = html.split(rawStart).map((part, n) => {
    const end = part.indexOf(rawEnd);
    return n === 0 || end < 0
      ? part
      : `\uE002${raws.push(part.slice(0, end)) - 1}\uE003${part.slice(end + rawEnd.length)}`;
  });
  const { hidden, show } = hideLiquid(kept.join(""));
  const page = new DOMParser().parseFromString(hidden, "text/html");
  const blocks = page.querySelector("table[data-blocks]");
  if (!blocks) return null;
  const reader = { show, raw: (n: number) => raws[n] ?? "" };
  const content = blocksIn(blocks, reader);
  const doc = {
    type: "doc",
    attrs: { canvas: page.body.getAttribute("bgcolor"), accent: page.body.getAttribute("data-accent") },
    content: content.length > 0 ? content : [{ type: "paragraph" }],
  };
  return mailHtml(doc) === html ? doc : null;
}

type Reader = { show: (text: string) => string; raw: (n: number) => string };

function blocksIn(container: Element, reader: Reader): JSONContent[] {
  const cells = container.querySelectorAll<HTMLTableCellElement>(
    ":scope > tbody > tr > td[data-block], :scope > tr > td[data-block]",
  );
  return [...cells].flatMap((cell) => blockOf(cell, reader));
}

function blockOf(cell: HTMLTableCellElement, reader: Reader): JSONContent[] {
  const align = alignOf(cell);
  const href = (selector: string) => reader.show(cell.querySelector(selector)?.getAttribute("href") ?? "");
  switch (cell.dataset.block) {
    case "button":
      return [
        {
          type: "button",
          attrs: { href: href("a"), align },
          content: letters(cell.textContent ?? "", reader),
        },
      ];
    case "image": {
      const image = cell.querySelector("img");
      const given = (name: string) => reader.show(image?.getAttribute(name) ?? "");
      const attrs = {
        src: given("src"),
        alt: given("alt"),
        width: Number(given("width")),
        href: href("a"),
        align,
      };
      return [{ type: "image", attrs }];
    }
    case "divider":
      return [{ type: "horizontalRule" }];
    case "spacer":
      return [{ type: "spacer", attrs: { height: Number(cell.getAttribute("height")) } }];
    case "html": {
      const n = /\uE002(\d+)\uE003/.exec(cell.textContent ?? "")?.[1];
      return n === undefined ? [] : [{ type: "html", attrs: { html: reader.raw(Number(n)) } }];
    }
    case "columns": {
      const columns = [...cell.querySelectorAll("td[data-column]")].map((column) => {
        const table = column.querySelector("table");
        return { type: "column", content: table ? blocksIn(table, reader) : [] };
      });
      return [{ type: "columns", content: columns }];
    }
    case "social": {
      const links = networks.flatMap(([name]) => {
        const url = href(`a[data-network="${name}"]`);
        return url ? [[name, url]] : [];
      });
      return [
        { type: "social", attrs: { align, links: Object.fromEntries(links) as Record<string, string> } },
      ];
    }
    case "footer":
      return [{ type: "footer", attrs: { align } }];
    default:
      return [...cell.children].flatMap((element) => flowOf(element, align, reader));
  }
}

function alignOf(cell: Element): Align {
  return aligns.find((align) => align === cell.getAttribute("align")) ?? "left";
}

function flowOf(element: Element, align: Align, reader: Reader): JSONContent[] {
  const tag = element.tagName;
  if (tag === "UL" || tag === "OL") {
    const items = [...element.children].map((item) => listItem(item, reader));
    return [{ type: tag === "UL" ? "bulletList" : "orderedList", content: items }];
  }
  const inner = contentOf(element, reader);
  const level = /^H([1-3])$/.exec(tag)?.[1];
  if (level) return [{ type: "heading", attrs: { level: Number(level), align }, ...inner }];
  return [{ type: "paragraph", attrs: { align }, ...(isBlank(element) ? {} : inner) }];
}

/** As `mailHtml` writes a paragraph without words. */
const isBlank = ({ childNodes: [only, ...others] }: Element) =>
  others.length === 0 && only instanceof Text && only.data === "\u00a0";

function contentOf(element: Element, reader: Reader): Pick<JSONContent, "content"> {
  const content = inlineOf(element, [], reader);
  return content.length > 0 ? { content } : {};
}

function listItem(item: Element, reader: Reader): JSONContent {
  const isBlock = (node: Node): node is Element =>
    node instanceof Element && /^(UL|OL|P|H[1-3])$/.test(node.tagName);
  const nodes = [...item.childNodes];
  const first = nodes.findIndex(isBlock);
  const lead = document.createElement("p");
  lead.append(...nodes.slice(0, first < 0 ? nodes.length : first).map((node) => node.cloneNode(true)));
  const rest = first < 0 ? [] : nodes.slice(first).filter(isBlock);
  return {
    type: "listItem",
    content: [
      { type: "paragraph", attrs: { align: "left" }, ...contentOf(lead, reader) },
      ...rest.flatMap((element) => flowOf(element, "left", reader)),
    ],
  };
}

type Mark = { type: string; attrs?: Record<string, string> };
const marks: Readonly<Record<string, string>> = { STRONG: "bold", EM: "italic", U: "underline", S: "strike" };

function inlineOf(element: Element, worn: Mark[], reader: Reader): JSONContent[] {
  return [...element.childNodes].flatMap((node): JSONContent[] => {
    if (node instanceof Text)
      return letters(node.data, reader).map((text) => (worn.length ? { ...text, marks: worn } : text));
    if (!(node instanceof Element)) return [];
    if (node.tagName === "BR")
      return [worn.length ? { type: "hardBreak", marks: worn } : { type: "hardBreak" }];
    if (node.tagName === "A") {
      const attrs = { href: reader.show(node.getAttribute("href") ?? "") };
      return inlineOf(node, [...worn, { type: "link", attrs }], reader);
    }
    const type = marks[node.tagName];
    return inlineOf(node, type ? [...worn, { type }] : worn, reader);
  });
}

function letters(text: string, reader: Reader): JSONContent[] {
  return text ? [{ type: "text", text: reader.show(text) }] : [];
}
