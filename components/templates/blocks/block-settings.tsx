"use client";
import { useEditorState, type Editor } from "@tiptap/react";
import { ImageUp, Minus, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useAskPicture, type ChosenPicture } from "#components/pictures/ask-picture";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { Textarea } from "#components/ui/textarea";
import { blockAttrs, columnsMax, mailLook, networks, socialAttrs, widthMax } from "./block-attrs.tsx";
import { currentBlock } from "./block-moves.tsx";
import { imageBlock } from "./image-block.tsx";
import { addressOf } from "./link-tool.tsx";

type Attrs = Record<string, unknown>;
type Chosen = { type: string; pos: number; attrs: Attrs; columns: { pos: number; count: number } | null };

/** What the block with the caret holds besides its words, and below it the colours of the whole mail. */
export function BlockSettings({ editor }: { editor: Editor }) {
  const chosen = useEditorState({ editor, selector: ({ editor: at }) => chosenIn(at) });
  const look = useEditorState({ editor, selector: ({ editor: at }) => mailLook.parse(at.state.doc.attrs) });
  const set = (name: string, value: unknown) => {
    if (chosen) editor.view.dispatch(editor.state.tr.setNodeAttribute(chosen.pos, name, value));
  };
  const setAll = (attrs: Attrs) => {
    if (!chosen) return;
    const { tr } = editor.state;
    for (const [name, value] of Object.entries(attrs)) tr.setNodeAttribute(chosen.pos, name, value);
    editor.view.dispatch(tr);
  };
  return (
    <div className="space-y-3 border-t bg-surface p-3">
      {chosen && chosen.type in blockAttrs && (
        <fieldset key={`${chosen.type}${chosen.pos}`} className="grid gap-3 sm:grid-cols-2">
          <legend className="sr-only">This block</legend>
          <Own chosen={chosen} set={set} setAll={setAll} />
        </fieldset>
      )}
      {chosen?.columns && <ColumnCount editor={editor} {...chosen.columns} />}
      <div className="flex flex-wrap gap-4">
        {(["canvas", "accent"] as const).map((name) => (
          <label key={name} className="flex items-center gap-2 text-xs text-muted">
            <input
              type="color"
              value={look[name]}
              className="size-6 cursor-pointer rounded-sm border bg-transparent"
              onChange={(event) =>
                editor.view.dispatch(editor.state.tr.setDocAttribute(name, event.target.value))
              }
            />
            {name === "canvas" ? "Around the mail" : "Links and buttons"}
          </label>
        ))}
      </div>
    </div>
  );
}

function chosenIn(editor: Editor): Chosen | null {
  const block = currentBlock(editor.state);
  if (!block) return null;
  const { node, pos } = block;
  const { $from } = editor.state.selection;
  let columns: Chosen["columns"] = node.type.name === "columns" ? { pos, count: node.childCount } : null;
  for (let depth = $from.depth; depth > 0; depth--)
    if ($from.node(depth).type.name === "columns")
      columns = { pos: $from.before(depth), count: $from.node(depth).childCount };
  return { type: node.type.name, pos, attrs: node.attrs, columns };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

type OwnProps = {
  chosen: Chosen;
  set: (name: string, value: unknown) => void;
  setAll: (attrs: Attrs) => void;
};

function ChoosePicture({ chosen, onPick }: { chosen: boolean; onPick: (picture: ChosenPicture) => void }) {
  const ask = useAskPicture();
  return (
    <div className="sm:col-span-2">
      <Button size="sm" onClick={() => ask({ onPick })}>
        <ImageUp /> {chosen ? "Choose another picture" : "Upload or choose a picture"}
      </Button>
    </div>
  );
}

function Own({ chosen: { type, attrs }, set, setAll }: OwnProps): ReactNode {
  const line = (name: string, label: string, more: { hint?: string; placeholder?: string } = {}) => (
    <Line
      key={name}
      name={name}
      label={label}
      value={textOf(attrs[name])}
      onSet={(value) => set(name, value)}
      {...more}
    />
  );
  const address = (name: string, label: string, hint?: string) => (
    <Line
      key={name}
      name={name}
      label={label}
      hint={hint}
      placeholder="https://example.com"
      value={textOf(attrs[name])}
      onSet={(value) => set(name, addressOf(value))}
    />
  );
  switch (type) {
    case "button":
      return address("href", "The button leads to");
    case "image":
      return [
        <ChoosePicture
          key="choose"
          chosen={textOf(attrs.src) !== ""}
          onPick={(picture) => setAll(imageBlock(picture).attrs)}
        />,
        address("src", "Address of the picture", "A public https:// address: inboxes fetch it from there."),
        line("alt", "Says, where pictures are off", {
          placeholder: "Our new shop",
          ...(textOf(attrs.src) !== ""
            && textOf(attrs.alt) === "" && { hint: "Empty: who sees no pictures misses what it shows." }),
        }),
        address("href", "A click leads to"),
        <Size
          key="width"
          name="width"
          label="Width in pixels"
          max={widthMax}
          value={Number(attrs.width)}
          onSet={(value) => set("width", value)}
        />,
      ];
    case "spacer":
      return (
        <Size
          name="height"
          label="Height in pixels"
          max={200}
          value={Number(attrs.height)}
          onSet={(value) => set("height", value)}
        />
      );
    case "html":
      return (
        <Field name="html" label="HTML of this block" className="sm:col-span-2">
          {(control) => (
            <Textarea
              {...control}
              rows={8}
              spellCheck={false}
              className="font-mono text-xs leading-5"
              value={textOf(attrs.html)}
              onChange={(event) => set("html", event.target.value)}
            />
          )}
        </Field>
      );
    case "social": {
      const { links } = socialAttrs.parse(attrs);
      return networks.map(([name, label]) => (
        <Line
          key={name}
          name={name}
          label={label}
          placeholder="https://"
          value={links[name] ?? ""}
          onSet={(value) => {
            const { [name]: _, ...others } = links;
            set("links", value.trim() ? { ...others, [name]: addressOf(value) } : others);
          }}
        />
      ));
    }
    default:
      return null;
  }
}

type LineProps = {
  name: string;
  label: string;
  value: string;
  hint?: string;
  placeholder?: string;
  onSet: (value: string) => void;
};

/** A line that is taken over when it is left, so that half an address is never one. */
function Line({ value, onSet, ...field }: LineProps) {
  const [typed, setTyped] = useState(value);
  const [from, setFrom] = useState(value);
  if (from !== value) {
    setFrom(value);
    setTyped(value);
  }
  return (
    <Field
      {...field}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => typed !== value && onSet(typed)}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        onSet(typed);
      }}
    />
  );
}

type SizeProps = { name: string; label: string; value: number; max: number; onSet: (value: number) => void };

function Size({ name, label, value, max, onSet }: SizeProps) {
  return (
    <Field
      name={name}
      label={label}
      type="number"
      min={1}
      max={max}
      value={value}
      onChange={(event) => {
        const next = event.target.valueAsNumber;
        if (Number.isInteger(next) && next >= 1 && next <= max) onSet(next);
      }}
    />
  );
}

/** A column that has words is not taken away by the count: it is emptied first. */
function ColumnCount({ editor, pos, count }: { editor: Editor; pos: number; count: number }) {
  const node = editor.state.doc.nodeAt(pos);
  const last = node?.lastChild;
  const full = last ? last.textContent !== "" || last.childCount > 1 || last.firstChild?.isAtom : true;
  function add() {
    const column = editor.schema.nodeFromJSON({ type: "column", content: [{ type: "paragraph" }] });
    if (node) editor.view.dispatch(editor.state.tr.insert(pos + node.nodeSize - 1, column));
  }
  function remove() {
    if (!node || !last) return;
    const end = pos + node.nodeSize - 1;
    editor.view.dispatch(editor.state.tr.delete(end - last.nodeSize, end));
  }
  return (
    <div role="group" aria-label="Columns" className="flex items-center gap-2 text-xs text-muted">
      <Button size="icon-sm" aria-label="One column less" disabled={count <= 1 || full} onClick={remove}>
        <Minus />
      </Button>
      {count === 1 ? "1 column" : `${count} columns`}
      <Button size="icon-sm" aria-label="One column more" disabled={count >= columnsMax} onClick={add}>
        <Plus />
      </Button>
      {full && count > 1 && <span>Empty the last column to take it away.</span>}
    </div>
  );
}
