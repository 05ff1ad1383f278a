"use client";
import type { JSONContent } from "@tiptap/core";
import { EditorContent, useEditor, useEditorState } from "@tiptap/react";
import { useEffect, useImperativeHandle, useRef, type CSSProperties, type Ref } from "react";
import { pictureIn, useAskPicture } from "#components/pictures/ask-picture";
import type { BodyHandle } from "../body-handle.tsx";
import { mailLook } from "./block-attrs.tsx";
import { BlockGrip } from "./block-grip.tsx";
import { insertBlock } from "./block-moves.tsx";
import { BlockSettings } from "./block-settings.tsx";
import { BlockToolbar } from "./block-toolbar.tsx";
import "./blocks.css";
import { mailExtensions } from "./extensions.tsx";
import { imageBlock } from "./image-block.tsx";
import { inkOn, mailHtml } from "./mail-html.tsx";

type Props = {
  /** The blocks to begin with. From then on the person's hands lead: mount with a new key for others. */
  doc: JSONContent;
  onChange: (html: string) => void;
  disabled: boolean;
  label: string;
  "aria-describedby"?: string;
  onFocus?: () => void;
  handle?: Ref<BodyHandle>;
};

/** A mail made of blocks, by mouse or keyboard: Alt and an arrow move the block with the caret. */
export function BlockEditor({ doc, onChange, disabled, label, onFocus, handle, ...aria }: Props) {
  const ask = useAskPicture();
  const latest = useRef({ onChange, onFocus, ask });
  useEffect(() => {
    latest.current = { onChange, onFocus, ask };
  });
  const described = aria["aria-describedby"];
  const editor = useEditor({
    extensions: mailExtensions,
    content: doc,
    editable: !disabled,
    immediatelyRender: false,
    shouldRerenderOnTransaction: false,
    editorProps: {
      attributes: {
        class: "block-paper",
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": label,
        ...(described && { "aria-describedby": described }),
      },
      handlePaste: (_, event) => takePicture(event.clipboardData),
      handleDrop: (view, event, _slice, moved) => {
        if (moved) return false;
        const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
        return takePicture(event.dataTransfer, place?.pos);
      },
    },
    onUpdate: ({ editor: changed }) => latest.current.onChange(mailHtml(changed.getJSON())),
    onFocus: () => latest.current.onFocus?.(),
  });
  /** Goes behind the block with the caret, or with `pos`. */
  function takePicture(data: DataTransfer | null, pos?: number): boolean {
    const file = pictureIn(data);
    if (!file || !editor?.isEditable) return false;
    if (pos !== undefined) editor.commands.setTextSelection(pos);
    latest.current.ask({ file, onPick: (picture) => insertBlock(editor, imageBlock(picture)) });
    return true;
  }
  useEffect(() => {
    editor?.setEditable(!disabled, false);
  }, [editor, disabled]);
  useImperativeHandle(handle, () => ({
    insert: (text) => editor?.chain().focus().insertContent({ type: "text", text }).run(),
    show: () => editor?.commands.focus(),
  }));
  const look = useEditorState({
    editor,
    selector: ({ editor: at }) => mailLook.parse(at?.state.doc.attrs ?? {}),
  });
  if (!editor) return null;
  const colours = {
    "--mail-accent": look?.accent,
    "--mail-on-accent": inkOn(look?.accent ?? "#000000"),
    backgroundColor: look?.canvas,
  } as CSSProperties;
  return (
    <div className="overflow-clip rounded-md border border-line-strong shadow-card focus-within:border-ring">
      {!disabled && <BlockToolbar editor={editor} />}
      <div className="relative px-3 py-4 sm:px-8" style={colours}>
        {!disabled && <BlockGrip editor={editor} />}
        <EditorContent editor={editor} />
      </div>
      {!disabled && <BlockSettings editor={editor} />}
    </div>
  );
}
