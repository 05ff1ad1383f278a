import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { filterHints, mergeFields, tagHints } from "#server/mail/schema";

const fields: Completion[] = mergeFields.map(({ path, label }) => ({
  label: path,
  detail: label,
  type: "variable",
}));
const filters: Completion[] = filterHints.map(({ name, hint }) => ({
  label: name,
  detail: hint,
  type: "function",
}));
const tags: Completion[] = tagHints.map((label) => ({ label, type: "keyword" }));

/** Offers fields within `{{`, filters after a bar, tags after `{%` and fields after these; `own` are custom fields and variables. */
export function liquidCompletion(own: () => Completion[]) {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const open = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
    if (open < 0 || /[}%]\}/.test(before.slice(open))) return null;
    const inside = before.slice(open + 2);
    const word = /[\w.]*$/.exec(inside)?.[0] ?? "";
    const left = inside.slice(0, inside.length - word.length).trimEnd();
    const isTag = before.startsWith("{%", open) && /^-?$/.test(left);
    const options = isTag ? tags : left.endsWith("|") ? filters : [...fields, ...own()];
    return { from: context.pos - word.length, options, validFor: /^[\w.]*$/ };
  };
}
