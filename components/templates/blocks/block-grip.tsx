"use client";
import { NodeSelection } from "@tiptap/pm/state";
import { useEditorState, type Editor } from "@tiptap/react";
import { GripVertical } from "lucide-react";
import { useLayoutEffect, useRef, type DragEvent } from "react";
import { currentBlock } from "./block-moves.tsx";

/** Beside the block with the caret: drags it. The keyboard has Alt and the arrows, and the toolbar has buttons. */
export function BlockGrip({ editor }: { editor: Editor }) {
  const grip = useRef<HTMLSpanElement>(null);
  const change = useEditorState({ editor, selector: ({ transactionNumber }) => transactionNumber });
  // Where the block stands is known when the editor has drawn it; a render of its own would come too late for the eye.
  useLayoutEffect(() => {
    const block = currentBlock(editor.state);
    const dom = block && editor.view.nodeDOM(block.pos);
    const { current } = grip;
    const paper = current?.parentElement;
    if (!current || !paper) return;
    current.hidden = !(dom instanceof HTMLElement);
    if (dom instanceof HTMLElement)
      current.style.top = `${dom.getBoundingClientRect().top - paper.getBoundingClientRect().top + 8}px`;
  }, [editor, change]);

  return (
    <span
      aria-hidden
      draggable
      title="Drag to move this block"
      ref={grip}
      onDragStart={(event) => startDrag(editor, event)}
      className="absolute left-0.5 z-10 cursor-grab rounded-sm bg-white/80 p-1 text-zinc-600 hover:text-black active:cursor-grabbing max-sm:hidden"
    >
      <GripVertical className="size-4" />
    </span>
  );
}

function startDrag({ view, state }: Editor, event: DragEvent): void {
  const block = currentBlock(state);
  if (!block) return;
  view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, block.pos)));
  const slice = view.state.selection.content();
  const dom = view.nodeDOM(block.pos);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/html", view.serializeForClipboard(slice).dom.innerHTML);
  if (dom instanceof HTMLElement) event.dataTransfer.setDragImage(dom, 0, 0);
  view.dragging = { slice, move: true };
}
