import type { Editor } from "@tiptap/core";
import { NodeSelection, TextSelection, type EditorState } from "@tiptap/pm/state";
import type { Node as ProseNode } from "@tiptap/pm/model";

/** A block, and where it begins. `index` of `siblings`: its place among the blocks beside it. */
export type PlacedBlock = { node: ProseNode; pos: number; index: number; siblings: number };

/** The block with the caret: the innermost one that can be moved, so one within a column rather than the columns. */
export function currentBlock(state: EditorState): PlacedBlock | null {
  const { selection } = state;
  const { $from } = selection;
  const depth = selection instanceof NodeSelection ? $from.depth : innermost($from);
  const parent = $from.node(depth);
  const index = $from.index(depth);
  const node = parent.maybeChild(index);
  if (!node) return null;
  return { node, pos: $from.posAtIndex(index, depth), index, siblings: parent.childCount };
}

/** The depth of what holds the block: the mail, or a column. */
function innermost($from: EditorState["selection"]["$from"]): number {
  for (let depth = $from.depth; depth > 0; depth--)
    if ($from.node(depth).type.name === "column") return depth;
  return 0;
}

/** Changes places with the block before (-1) or behind (1). False at the end of the way. */
export function moveBlock(editor: Editor, way: -1 | 1): boolean {
  const { state } = editor;
  const block = currentBlock(state);
  if (!block || block.index + way < 0 || block.index + way >= block.siblings) return false;
  const { node, pos } = block;
  const $pos = state.doc.resolve(pos);
  const other = $pos.parent.child(block.index + way);
  const to = way < 0 ? pos - other.nodeSize : pos + other.nodeSize;
  const offset = state.selection.from - pos;
  const wasNode = state.selection instanceof NodeSelection;
  const tr = state.tr.delete(pos, pos + node.nodeSize).insert(to, node);
  tr.setSelection(
    wasNode ? NodeSelection.create(tr.doc, to + offset) : TextSelection.near(tr.doc.resolve(to + offset)),
  );
  editor.view.dispatch(tr.scrollIntoView());
  return true;
}

export function duplicateBlock(editor: Editor): void {
  const block = currentBlock(editor.state);
  if (!block) return;
  const { node, pos } = block;
  editor.view.dispatch(editor.state.tr.insert(pos + node.nodeSize, node).scrollIntoView());
}

/** The last block leaves an empty line behind: a mail cannot be without any. */
export function removeBlock(editor: Editor): void {
  const { state } = editor;
  const block = currentBlock(state);
  const paragraph = state.schema.nodes.paragraph;
  if (!block || !paragraph) return;
  const { node, pos, siblings } = block;
  const tr =
    siblings > 1
      ? state.tr.delete(pos, pos + node.nodeSize)
      : state.tr.replaceWith(pos, pos + node.nodeSize, paragraph.create());
  tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(pos, tr.doc.content.size)), -1));
  editor.view.dispatch(tr.scrollIntoView());
}

/** Puts a block behind the current one, or in place of an empty line, with the caret in it. */
export function insertBlock(editor: Editor, json: { type: string; [key: string]: unknown }): void {
  const { state } = editor;
  const block = currentBlock(state);
  const node = state.schema.nodeFromJSON(json);
  const empty = block?.node.type.name === "paragraph" && block.node.childCount === 0;
  const at = !block ? state.doc.content.size : empty ? block.pos : block.pos + block.node.nodeSize;
  const tr = empty ? state.tr.replaceWith(at, at + block.node.nodeSize, node) : state.tr.insert(at, node);
  tr.setSelection(
    node.isAtom ? NodeSelection.create(tr.doc, at) : TextSelection.near(tr.doc.resolve(at + 1)),
  );
  editor.view.dispatch(tr.scrollIntoView());
  editor.view.focus();
}
