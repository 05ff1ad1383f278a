"use client";
import type { Editor } from "@tiptap/react";
import {
  Code,
  Columns2,
  Heading,
  Image,
  Minus,
  MoveVertical,
  PanelBottom,
  PanelTop,
  Plus,
  RectangleHorizontal,
  Share2,
  Type,
  type LucideIcon,
} from "lucide-react";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { useAskPicture } from "#components/pictures/ask-picture";
import { imageBlock } from "./image-block.tsx";
import { insertBlock } from "./block-moves.tsx";

type Block = { type: string; [key: string]: unknown };

const line = { type: "paragraph" };
const columns = (count: number): Block => ({
  type: "columns",
  content: Array.from({ length: count }, () => ({ type: "column", content: [line] })),
});

const kinds: readonly { label: string; icon: LucideIcon; block: Block }[] = [
  { label: "Text", icon: Type, block: line },
  { label: "Heading", icon: Heading, block: { type: "heading", attrs: { level: 2 } } },
  {
    label: "Button",
    icon: RectangleHorizontal,
    block: { type: "button", content: [{ type: "text", text: "Read more" }] },
  },
  { label: "Picture", icon: Image, block: { type: "image" } },
  { label: "Two columns", icon: Columns2, block: columns(2) },
  { label: "Line", icon: Minus, block: { type: "horizontalRule" } },
  { label: "Space", icon: MoveVertical, block: { type: "spacer" } },
  {
    label: "Header",
    icon: PanelTop,
    block: {
      type: "heading",
      attrs: { level: 3, align: "center" },
      content: [{ type: "text", text: "{{ company.name }}" }],
    },
  },
  { label: "Social links", icon: Share2, block: { type: "social" } },
  { label: "Footer", icon: PanelBottom, block: { type: "footer" } },
  { label: "HTML", icon: Code, block: { type: "html" } },
];

/** Puts a block behind the one with the caret. */
export function AddBlock({ editor }: { editor: Editor }) {
  const ask = useAskPicture();
  function add(block: Block) {
    if (block.type !== "image") return insertBlock(editor, block);
    ask({
      onPick: (picture) => insertBlock(editor, imageBlock(picture)),
      onAddress: () => insertBlock(editor, block),
    });
  }
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" className="mr-1">
          <Plus /> Add block
        </Button>
      </DropdownMenuTrigger>
      {/* The caret goes into the new block, not back to the button. */}
      <DropdownMenuContent
        align="start"
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          editor.view.focus();
        }}
      >
        {kinds.map(({ label, icon: Icon, block }) => (
          <DropdownMenuItem key={label} onSelect={() => add(block)}>
            <Icon /> {label}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
