import { mergeAttributes, Node } from "@tiptap/core";
import type { DOMOutputSpec } from "@tiptap/pm/model";
import { blockAttrs, columnsMax, imageAttrs, networks, socialAttrs, type BlockName } from "./block-attrs.tsx";

/** What a block looks like while it is edited; the mail itself is written by `mailHtml`. */
type Look = (attrs: Record<string, unknown>) => DOMOutputSpec[];

/** A block whose attributes travel as one value, checked when they come back from a paste. */
function block(name: BlockName, { content, look }: { content?: string; look: Look }) {
  const shape = blockAttrs[name];
  return Node.create({
    name,
    group: "block",
    ...(content ? { content, marks: "", defining: true } : { atom: true }),
    draggable: true,
    selectable: true,
    addAttributes() {
      return Object.fromEntries(
        Object.entries<unknown>(shape.parse({})).map(([key, value]) => [
          key,
          { default: value, rendered: false, parseHTML: () => null },
        ]),
      );
    },
    parseHTML: () => [
      { tag: `div[data-type="${name}"]`, getAttrs: (element) => shape.parse(attrsOf(element)) },
    ],
    renderHTML: ({ node }) => [
      "div",
      {
        "data-type": name,
        "data-attrs": JSON.stringify(node.attrs),
        style: `text-align:${String(node.attrs.align ?? "left")}`,
      },
      ...look(node.attrs),
    ],
  });
}

function attrsOf(element: HTMLElement): unknown {
  try {
    return JSON.parse(element.dataset.attrs ?? "{}") as unknown;
  } catch {
    // Pasted from somewhere that writes other things there.
    return {};
  }
}

const button = block("button", { content: "text*", look: () => [["span", { class: "block-button" }, 0]] });

const image = block("image", {
  look(attrs) {
    const { src, alt, width } = imageAttrs.parse(attrs);
    return src
      ? [["img", { src, alt, style: `width:100%;max-width:${width}px;display:inline-block` }]]
      : [["span", { class: "block-empty" }, "A picture: give its address below"]];
  },
}).extend({
  parseHTML: () => [
    { tag: 'div[data-type="image"]', getAttrs: (element) => imageAttrs.parse(attrsOf(element)) },
    {
      tag: "img[src]",
      getAttrs: (element) =>
        imageAttrs.parse({
          src: element.getAttribute("src"),
          alt: element.getAttribute("alt") ?? "",
          width: element.getAttribute("width"),
          href: element.closest("a")?.getAttribute("href") ?? "",
        }),
    },
  ],
});

const spacer = block("spacer", {
  look: ({ height }) => [["span", { class: "block-spacer", style: `height:${String(height)}px` }]],
});

const html = block("html", {
  look: ({ html: source }) => [
    ["pre", { class: "block-html" }, String(source).slice(0, 600) || "HTML: write it below"],
  ],
});

const footer = block("footer", {
  look: () => [["span", { class: "block-small" }, "Your company, postal address, and the unsubscribe link"]],
});

const social = block("social", {
  look(attrs) {
    const { links } = socialAttrs.parse(attrs);
    const names = networks.flatMap(([name, label]) => (links[name] ? [label] : []));
    return [
      ["span", { class: "block-small" }, names.join(" · ") || "Social links: give their addresses below"],
    ];
  },
});

const column = Node.create({
  name: "column",
  content: "block+",
  isolating: true,
  parseHTML: () => [{ tag: 'div[data-type="column"]' }],
  renderHTML: ({ HTMLAttributes }) => ["div", mergeAttributes(HTMLAttributes, { "data-type": "column" }), 0],
});

const columns = Node.create({
  name: "columns",
  group: "block",
  content: `column{1,${columnsMax}}`,
  isolating: true,
  draggable: true,
  parseHTML: () => [{ tag: 'div[data-type="columns"]' }],
  renderHTML: ({ HTMLAttributes }) => ["div", mergeAttributes(HTMLAttributes, { "data-type": "columns" }), 0],
});

export const blockNodes = [button, image, spacer, html, footer, social, columns, column];
