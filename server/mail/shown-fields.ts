import { expressionOf } from "./expression.ts";
import { cutPieces } from "./liquid-pieces.ts";
import { variablesOf } from "./liquid.ts";
import { canonicalPath } from "./merge-fields.ts";

/** A field that a message shows. `required` holds the message back while it is empty; else a gap is left. */
export type ShownField = { path: string; required: boolean };

/**
 * The fields that these texts show without a fallback, each once. A field that stands inside a condition on itself has
 * been thought of, and is not among them.
 */
export function shownFields(sources: readonly string[]): ShownField[] {
  const found = new Map<string, boolean>();
  for (const source of sources) {
    const known = new Set(variablesOf(source));
    const open: Set<string>[] = [];
    for (const piece of cutPieces(source)) {
      if (piece.kind === "tag") followCondition(piece.inner, open);
      if (piece.kind !== "output") continue;
      const { path, hasFallback, required } = expressionOf(piece);
      if (!path || hasFallback || !known.has(path)) continue;
      if (!required && open.some((names) => names.has(path))) continue;
      found.set(path, required || found.get(path) === true);
    }
  }
  return [...found].map(([path, required]) => ({ path, required }));
}

/** Keeps the names that the conditions around a place ask about, the innermost last. */
function followCondition(inner: string, open: Set<string>[]): void {
  const [, word = "", rest = ""] = /^-?\s*(\w+)([\s\S]*)$/.exec(inner) ?? [];
  if (word === "if" || word === "unless") open.push(namesIn(rest));
  else if (word === "elsif") for (const name of namesIn(rest)) open.at(-1)?.add(name);
  else if (word === "endif" || word === "endunless") open.pop();
}

const namesIn = (condition: string) =>
  new Set(
    [...condition.replace(/"[^"]*"|'[^']*'/g, "").matchAll(/[A-Za-z_]\w*(?:\.\w+)*/g)].map(([name]) =>
      canonicalPath(name),
    ),
  );
