"use client";
import { html } from "@codemirror/lang-html";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { codeLook } from "./code-look.tsx";

type Side = { label: string; text: string };

/** Two texts beside each other, what differs marked, long runs of equal lines folded. */
export function VersionDiff({ before, after }: { before: Side; after: Side }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const side = ({ label, text }: Side) => ({
      doc: text,
      extensions: [
        lineNumbers(),
        html(),
        codeLook,
        EditorView.lineWrapping,
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", "aria-readonly": "true" }),
      ],
    });
    const view = new MergeView({
      parent: place.current,
      a: side(before),
      b: side(after),
      collapseUnchanged: { margin: 2, minSize: 6 },
      gutter: true,
    });
    return () => view.destroy();
  }, [before, after]);
  return <div ref={place} className="max-h-144 overflow-auto rounded-md border bg-surface" />;
}
