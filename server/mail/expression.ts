import { escapeHtml } from "./liquid-engine.ts";
import { isBlank } from "./liquid-filters.ts";
import { splitOutsideQuotes, type Piece } from "./liquid-pieces.ts";
import { spellOutput } from "./liquid-shorthand.ts";
import { parseTemplate } from "./liquid.ts";
import { canonicalPath, plainText, type MergeValues } from "./merge-fields.ts";
import { quotedPrintable, softBreak } from "./quoted-printable.ts";

/** The value of one `{{ … }}` for one recipient, as plain text. */
export type Expression = {
  evaluate(values: MergeValues): string;
  /** The field it shows, when that is all it starts from. */
  path: string | null;
  hasFallback: boolean;
  /** The message may not go out while the value is empty. */
  required: boolean;
};

const simple =
  /^([A-Za-z_]\w*(?:\.\w+)*)(?:\s*\|\s*default:\s*(?:"([^"]*)"|'([^']*)'))?(\s*\|\s*url_encode)?$/;

/** Plain names with at most a fallback are looked up; anything more is left to Liquid. */
export function expressionOf(piece: Piece): Expression {
  const inner = spellOutput(piece.inner).replace(/^-|-$/g, "").trim();
  const [root = ""] = splitOutsideQuotes(inner, "|");
  const match = simple.exec(inner);
  if (!match) {
    const template = parseTemplate(`{{ ${inner} }}`);
    const path = /^[A-Za-z_]\w*(\.\w+)*$/.test(root.trim()) ? canonicalPath(root.trim()) : null;
    return {
      evaluate: (values) => template.render(values, "text"),
      path,
      hasFallback: /\|\s*default\b/.test(inner),
      required: /\|\s*required\b/.test(inner),
    };
  }
  const [, name = "", double, single, encode] = match;
  const path = canonicalPath(name);
  const fallback = double ?? single;
  return {
    evaluate(values) {
      const value = values[path];
      const text = fallback !== undefined && isBlank(value) ? fallback : plainText(value);
      return encode ? encodeURIComponent(text.toWellFormed()) : text;
    },
    path,
    hasFallback: fallback !== undefined,
    required: false,
  };
}

/** A text of fixed pieces and expressions, by their number in the message's list. */
export type Spliced = readonly (string | { expression: number; html: boolean })[];

/** Fixed pieces come out encoded as `encode` says; expressions are added to the list, equal ones once. */
export function splice(
  pieces: readonly Piece[],
  list: { expressions: Expression[]; numbers: Map<string, number> },
  { html, encode }: { html: boolean; encode: (text: string) => string },
): Spliced {
  return pieces.map((piece) => {
    if (piece.kind === "text") return encode(piece.source);
    const known = list.numbers.get(piece.inner.trim());
    const expression = known ?? list.expressions.push(expressionOf(piece)) - 1;
    list.numbers.set(piece.inner.trim(), expression);
    return { expression, html };
  });
}

/** Fixed pieces and one recipient's values as one quoted-printable text. Soft breaks keep every line short. */
export function spliceEncoded(parts: Spliced, values: readonly string[]): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const value = values[part.expression] ?? "";
      return quotedPrintable(part.html ? escapeHtml(value) : value);
    })
    .filter((part) => part !== "")
    .join(softBreak);
}

export function splicePlain(parts: Spliced, values: readonly string[]): string {
  return parts.map((part) => (typeof part === "string" ? part : (values[part.expression] ?? ""))).join("");
}
