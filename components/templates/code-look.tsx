import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const theme = EditorView.theme({
  "&": { fontSize: "0.75rem", color: "var(--ink)", backgroundColor: "var(--surface)", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.25rem", overflow: "auto" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklab, var(--ring) 28%, transparent) !important",
  },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--line)",
    borderRadius: "0.5rem",
    boxShadow: "var(--shadow-menu)",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", fontFamily: "var(--font-sans)", borderLeft: "3px solid" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    backgroundColor: "var(--danger-soft)",
    textDecoration: "underline wavy var(--danger)",
    textUnderlineOffset: "3px",
  },
  "&.cm-merge-a .cm-changedLine": { backgroundColor: "var(--danger-soft) !important" },
  "&.cm-merge-a .cm-changedText": {
    background: "color-mix(in oklab, var(--danger) 25%, transparent) !important",
  },
  "&.cm-merge-b .cm-changedLine, .cm-insertedLine": { backgroundColor: "var(--success-soft) !important" },
  ".cm-deletedChunk, .cm-deletedLine": { backgroundColor: "var(--danger-soft) !important" },
  "&.cm-merge-b .cm-changedText": {
    background: "color-mix(in oklab, var(--success) 25%, transparent) !important",
  },
  ".cm-deletedChunk .cm-deletedText, .cm-deletedText": {
    background: "color-mix(in oklab, var(--danger) 25%, transparent) !important",
  },
  ".cm-collapsedLines": {
    background: "var(--sunken)",
    color: "var(--muted)",
    fontFamily: "var(--font-sans)",
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket, tags.documentMeta], color: "var(--accent)" },
  { tag: tags.attributeName, color: "var(--muted)" },
  { tag: [tags.attributeValue, tags.string], color: "var(--success)" },
  { tag: tags.comment, color: "var(--faint)" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: "var(--warning)" },
  { tag: [tags.variableName, tags.propertyName, tags.brace], color: "var(--warning)" },
  { tag: [tags.number, tags.bool], color: "var(--info)" },
]);

/** Code in the product's own colours, light and dark. */
export const codeLook = [theme, syntaxHighlighting(colours)];
