"use client";
import { autocompletion, type Completion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { liquid } from "@codemirror/lang-liquid";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Compartment, EditorState, type Text } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import { pictureIn } from "#components/pictures/ask-picture";
import type { TemplateProblem } from "#server/mail/schema";
import type { BodyHandle } from "./body-handle.tsx";
import { codeLook } from "./code-look.tsx";
import { liquidCompletion } from "./liquid-completion.tsx";

type Props = {
  value: string;
  onChange: (value: string) => void;
  disabled: boolean;
  problems: TemplateProblem[];
  label: string;
  id?: string;
  "aria-describedby"?: string;
  /** Custom fields and variables, for completion. */
  fields: Completion[];
  onFocus?: () => void;
  /** A picture that was pasted or dropped; the caret stands where it is meant. */
  onPicture: (file: File) => void;
  /** Not `ref`: this component is loaded when it is needed, and what loads it has none to hand on. */
  handle?: Ref<BodyHandle>;
};

/** HTML and Liquid with colours, completion, and mistakes marked where they stand. Tab leaves it, as it does any box. */
export function CodeEditor(props: Props) {
  const { value, onChange, disabled, problems, label, id, fields, onFocus, onPicture, handle, ...aria } =
    props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ value, onChange, fields, onFocus, onPicture });
  /** What was handed up and has not come back yet: it is behind the text, and may not overwrite it. */
  const underWay = useRef(new Set<string>());
  /** The caret is where somebody put it. */
  const placed = useRef(false);
  const described = aria["aria-describedby"];
  useEffect(() => {
    latest.current = { value, onChange, fields, onFocus, onPicture };
  });

  useEffect(() => {
    function hand(at: EditorView, file: File | undefined): boolean {
      if (!file || at.state.readOnly) return false;
      latest.current.onPicture(file);
      return true;
    }
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      doc: latest.current.value,
      extensions: [
        lineNumbers(),
        history(),
        EditorView.lineWrapping,
        liquid({ base: html() }),
        autocompletion({ override: [liquidCompletion(() => latest.current.fields)] }),
        lintGutter(),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        codeLook,
        changeable.of([]),
        EditorView.domEventHandlers({
          paste: (event, at) => hand(at, pictureIn(event.clipboardData)),
          drop(event, at) {
            const file = pictureIn(event.dataTransfer);
            const place = at.posAtCoords({ x: event.clientX, y: event.clientY });
            if (file && place !== null) at.dispatch({ selection: { anchor: place } });
            return hand(at, file);
          },
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((one) => one.isUserEvent("outside"))) {
            const text = update.state.doc.toString();
            underWay.current.add(text);
            latest.current.onChange(text);
          }
          if (!update.focusChanged || !update.view.hasFocus) return;
          placed.current = true;
          latest.current.onFocus?.();
        }),
      ],
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    view.current?.dispatch({
      effects: changeable.reconfigure([
        EditorState.readOnly.of(disabled),
        EditorView.editable.of(!disabled),
        EditorView.contentAttributes.of({
          "aria-label": label,
          spellcheck: "true",
          // A box that is only read is still reached by the keyboard, or nobody could scroll it.
          ...(disabled && { tabindex: "0", "aria-readonly": "true" }),
          ...(id && { id }),
          ...(described && { "aria-describedby": described }),
          ...(problems.length > 0 && { "aria-invalid": "true" }),
        }),
      ]),
    });
  }, [disabled, label, id, described, problems.length]);

  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const same = current.state.doc.toString() === value;
    if (same) underWay.current.clear();
    if (same || underWay.current.has(value)) return;
    current.dispatch({
      changes: { from: 0, to: current.state.doc.length, insert: value },
      userEvent: "outside",
    });
  }, [value]);

  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const marks = problems.map((problem) => markOf(problem, current.state.doc));
    current.dispatch(setDiagnostics(current.state, marks));
  }, [problems]);

  useImperativeHandle(handle, () => ({
    insert(text) {
      const { current } = view;
      if (!current) return;
      if (!placed.current) current.dispatch({ selection: { anchor: endOfBody(current.state.doc) } });
      current.dispatch(current.state.replaceSelection(text), { userEvent: "input", scrollIntoView: true });
      // A menu that is just closing takes the focus with it.
      requestAnimationFrame(() => current.focus());
    },
    show(line, column) {
      const { current } = view;
      if (!current) return;
      const at = offsetOf(current.state.doc, line, column);
      current.dispatch({ selection: { anchor: at }, scrollIntoView: true });
      current.focus();
    },
  }));

  return (
    <div
      ref={place}
      className="h-96 overflow-hidden rounded-md border border-line-strong bg-surface shadow-card focus-within:border-ring focus-within:outline-1 focus-within:outline-ring"
    />
  );
}

const changeable = new Compartment();

/** Where something goes that was given no place: what stands behind the body is not shown. */
function endOfBody(doc: Text): number {
  const at = doc.toString().toLowerCase().lastIndexOf("</body");
  return at < 0 ? doc.length : at;
}

function offsetOf(doc: Text, line: number, column: number): number {
  const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(from + column - 1, to);
}

/** From where the mistake begins to the end of its braces, or of its word. */
function markOf({ line, column, message }: TemplateProblem, doc: Text): Diagnostic {
  const from = offsetOf(doc, line, column);
  const rest = doc.sliceString(from, Math.min(doc.length, from + 2_000));
  const found = /^(?:\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|<%[\s\S]*?%>|\S+)/.exec(rest)?.[0] ?? "";
  return { from, to: Math.min(doc.length, from + Math.max(1, found.length)), severity: "error", message };
}
