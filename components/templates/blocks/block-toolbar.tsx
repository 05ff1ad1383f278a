"use client";
import { useEditorState, type Editor } from "@tiptap/react";
import {
  AlignCenter,
  AlignLeft,
  AlignRight,
  ArrowDown,
  ArrowUp,
  Bold,
  Copy,
  Italic,
  List,
  ListOrdered,
  Redo2,
  Trash2,
  Underline,
  Undo2,
  type LucideIcon,
} from "lucide-react";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import { Select } from "#components/ui/select";
import { AddBlock } from "./add-block.tsx";
import { aligns } from "./block-attrs.tsx";
import { currentBlock, duplicateBlock, moveBlock, removeBlock } from "./block-moves.tsx";
import { LinkTool } from "./link-tool.tsx";

const alignIcons = { left: AlignLeft, center: AlignCenter, right: AlignRight };

/** What can be done to the words and the block where the caret is. */
export function BlockToolbar({ editor }: { editor: Editor }) {
  const state = useEditorState({ editor, selector: ({ editor: at }) => stateOf(at) });
  const chain = () => editor.chain().focus();
  return (
    <div
      role="toolbar"
      aria-label="Blocks"
      className="sticky top-0 z-20 flex flex-wrap items-center gap-0.5 border-b bg-sunken p-1"
    >
      <AddBlock editor={editor} />
      <Select
        aria-label="Kind of text"
        className="w-28"
        value={state.kind}
        disabled={state.kind === ""}
        onChange={(event) => setKind(editor, event.target.value)}
      >
        {state.kind === "" && <option value="">–</option>}
        <option value="0">Text</option>
        <option value="1">Heading 1</option>
        <option value="2">Heading 2</option>
        <option value="3">Heading 3</option>
      </Select>
      <Tool icon={Bold} label="Bold" on={state.bold} run={() => chain().toggleBold().run()} />
      <Tool icon={Italic} label="Italic" on={state.italic} run={() => chain().toggleItalic().run()} />
      <Tool
        icon={Underline}
        label="Underline"
        on={state.underline}
        run={() => chain().toggleUnderline().run()}
      />
      <LinkTool editor={editor} on={state.link} />
      <Tool icon={List} label="List" on={state.bullets} run={() => chain().toggleBulletList().run()} />
      <Tool
        icon={ListOrdered}
        label="Numbered list"
        on={state.numbers}
        run={() => chain().toggleOrderedList().run()}
      />
      {aligns.map((align) => (
        <Tool
          key={align}
          icon={alignIcons[align]}
          label={`Align ${align}`}
          on={state.align === align}
          off={state.align === null}
          run={() => setAlign(editor, align)}
        />
      ))}
      <span className="ml-auto flex gap-0.5">
        <Tool icon={ArrowUp} label="Move block up" off={!state.up} run={() => moveBlock(editor, -1)} />
        <Tool icon={ArrowDown} label="Move block down" off={!state.down} run={() => moveBlock(editor, 1)} />
        <Tool icon={Copy} label="Duplicate block" run={() => duplicateBlock(editor)} />
        <Tool icon={Trash2} label="Delete block" run={() => removeBlock(editor)} />
        <Tool icon={Undo2} label="Undo" off={!state.undo} run={() => chain().undo().run()} />
        <Tool icon={Redo2} label="Redo" off={!state.redo} run={() => chain().redo().run()} />
      </span>
    </div>
  );
}

function stateOf(editor: Editor) {
  const block = currentBlock(editor.state);
  const type = editor.state.selection.$from.parent.type.name;
  const level: unknown = editor.getAttributes("heading").level;
  const align: unknown =
    editor.isActive("heading") || type === "paragraph"
      ? editor.state.selection.$from.parent.attrs.align
      : block?.node.attrs.align;
  return {
    kind: type === "heading" ? String(level) : type === "paragraph" ? "0" : "",
    bold: editor.isActive("bold"),
    italic: editor.isActive("italic"),
    underline: editor.isActive("underline"),
    link: editor.isActive("link"),
    bullets: editor.isActive("bulletList"),
    numbers: editor.isActive("orderedList"),
    align: aligns.find((each) => each === align) ?? null,
    up: block !== null && block.index > 0,
    down: block !== null && block.index < block.siblings - 1,
    undo: editor.can().undo(),
    redo: editor.can().redo(),
  };
}

function setKind(editor: Editor, value: string): void {
  const level = ([1, 2, 3] as const).find((each) => String(each) === value);
  const chain = editor.chain().focus();
  if (level) chain.setHeading({ level }).run();
  else chain.setParagraph().run();
}

/** The text with the caret, or the block that is chosen as a whole. */
function setAlign(editor: Editor, align: string): void {
  const { state } = editor;
  const { $from } = state.selection;
  const block = currentBlock(state);
  const isText = /^(paragraph|heading)$/.test($from.parent.type.name);
  const pos = isText ? $from.before() : block?.pos;
  if (pos !== undefined) editor.view.dispatch(state.tr.setNodeAttribute(pos, "align", align));
  editor.view.focus();
}

type ToolProps = { icon: LucideIcon; label: string; on?: boolean; off?: boolean; run: () => void };

function Tool({ icon: Icon, label, on, off, run }: ToolProps) {
  return (
    <Button
      size="icon-sm"
      variant="ghost"
      aria-label={label}
      title={label}
      aria-pressed={on}
      disabled={off}
      className={cn(on && "bg-selected text-ink")}
      // The caret stays where it is.
      onMouseDown={(event) => event.preventDefault()}
      onClick={run}
    >
      <Icon />
    </Button>
  );
}
