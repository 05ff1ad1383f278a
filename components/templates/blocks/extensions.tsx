import { Extension, Node } from "@tiptap/core";
import { NodeSelection, Plugin, TextSelection } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import type { Node as ProseNode } from "@tiptap/pm/model";
import StarterKit from "@tiptap/starter-kit";
import { aligns, mailLook } from "./block-attrs.tsx";
import { blockNodes } from "./block-nodes.tsx";
import { liquidRanges } from "./liquid-text.tsx";
import { moveBlock } from "./block-moves.tsx";

const mail = Node.create({
  name: "doc",
  topNode: true,
  content: "block+",
  addAttributes: () =>
    Object.fromEntries(
      Object.entries(mailLook.parse({})).map(([key, value]) => [key, { default: value, rendered: false }]),
    ),
});

const alignment = Extension.create({
  name: "alignment",
  addGlobalAttributes: () => [
    {
      types: ["paragraph", "heading"],
      attributes: {
        align: {
          default: "left",
          parseHTML: (element) => aligns.find((align) => align === element.style.textAlign) ?? "left",
          renderHTML: ({ align }) => (align === "left" ? {} : { style: `text-align:${String(align)}` }),
        },
      },
    },
  ],
});

/** Fields and tags stand out from the words around them. */
const liquidMarks = Extension.create({
  name: "liquidMarks",
  addProseMirrorPlugins: () => [
    new Plugin({
      state: {
        init: (_, { doc }) => liquidIn(doc),
        apply: (change, before) => (change.docChanged ? liquidIn(change.doc) : before),
      },
      props: {
        decorations(state) {
          return this.getState(state);
        },
      },
    }),
  ],
});

function liquidIn(doc: ProseNode): DecorationSet {
  const found: Decoration[] = [];
  doc.descendants((node, at) => {
    for (const { from, to } of liquidRanges(node.text ?? ""))
      found.push(Decoration.inline(at + from, at + to, { class: "block-liquid" }));
  });
  return DecorationSet.create(doc, found);
}

/** Letters typed while a whole block is chosen go below it: they would take its place, and it would be gone. */
function writeBelow(view: EditorView, text: string): boolean {
  const { selection, schema } = view.state;
  const paragraph = schema.nodes.paragraph;
  if (!(selection instanceof NodeSelection) || !selection.node.isBlock || !paragraph) return false;
  const at = selection.to;
  const tr = view.state.tr.insert(at, paragraph.create(null, schema.text(text)));
  view.dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1 + text.length)).scrollIntoView());
  return true;
}

const blockKeys = Extension.create({
  name: "blockKeys",
  addProseMirrorPlugins: () => [
    new Plugin({ props: { handleTextInput: (view, _from, _to, text) => writeBelow(view, text) } }),
  ],
  addKeyboardShortcuts() {
    return {
      "Alt-ArrowUp": () => moveBlock(this.editor, -1),
      "Alt-ArrowDown": () => moveBlock(this.editor, 1),
    };
  },
});

/** What a mail of blocks may hold. */
export const mailExtensions = [
  mail,
  StarterKit.configure({
    document: false,
    blockquote: false,
    code: false,
    codeBlock: false,
    heading: { levels: [1, 2, 3] },
    link: { openOnClick: false, HTMLAttributes: { target: null, rel: null } },
    // It would write an empty line into a mail that somebody only opened.
    trailingNode: false,
  }),
  ...blockNodes,
  alignment,
  liquidMarks,
  blockKeys,
];
