import type { TemplateProblem } from "./schema.ts";

/** A run of plain text, a `{{ … }}` or a `{% … %}`, with where it starts. `inner` is what stands between the braces. */
export type Piece = { kind: "text" | "output" | "tag"; source: string; inner: string; offset: number };

/** Cuts a template at its braces, minding quotes inside them. An unclosed one stays text; parsing reports it. */
export function cutPieces(source: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const push = (kind: Piece["kind"], start: number, end: number) => {
    if (end === start) return;
    const text = source.slice(start, end);
    pieces.push({ kind, source: text, inner: kind === "text" ? "" : text.slice(2, -2), offset: start });
  };
  for (let at = source.indexOf("{"); at >= 0; at = source.indexOf("{", at)) {
    const kind = source[at + 1] === "{" ? "output" : source[at + 1] === "%" ? "tag" : null;
    const end = kind && closing(source, at + 2, kind === "output" ? "}}" : "%}");
    if (!kind || !end) {
      at++;
      continue;
    }
    push("text", from, at);
    push(kind, at, end);
    from = at = end;
  }
  push("text", from, source.length);
  return pieces;
}

function closing(source: string, from: number, mark: string): number | null {
  let quote = "";
  for (let at = from; at < source.length; at++) {
    const character = source[at] ?? "";
    if (quote) {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (source.startsWith(mark, at)) return at + mark.length;
  }
  return null;
}

/** Splits at a mark that stands outside quotes. */
export function splitOutsideQuotes(text: string, mark: string): string[] {
  const parts: string[] = [];
  let quote = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quote) {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === mark) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

/** 1-based line and column of an offset. */
export function placeOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

const otherLanguages: { pattern: RegExp; message: (found: string) => string }[] = [
  {
    pattern: /\{\{[#/^]\s*\w+[^}]*\}\}/g,
    message: (found) =>
      `${found} is Handlebars. Write {% if first_name %} … {% else %} … {% endif %} instead.`,
  },
  { pattern: /\{\{\s*else\s*\}\}/g, message: () => "{{else}} is Handlebars. Write {% else %} instead." },
  {
    pattern: /\{\{>\s*[^}]*\}\}/g,
    message: (found) => `${found} is a Handlebars partial. Templates hold their whole text: paste it here.`,
  },
  {
    pattern: /\{\{\{[^}]*\}\}\}/g,
    message: () => "{{{ }}} is Handlebars. Write {{ }} : values are always escaped.",
  },
  {
    pattern: /<%[\s\S]*?%>/g,
    message: (found) =>
      `${found.slice(0, 40)} is Eta. Write {{ first_name }} for a value and {% if … %} for a condition.`,
  },
];

/** Points out what was written for Handlebars or Eta. */
export function foreignSyntax(source: string): TemplateProblem[] {
  return otherLanguages.flatMap(({ pattern, message }) =>
    [...source.matchAll(pattern)].map((match) => ({
      ...placeOf(source, match.index),
      message: message(match[0]),
    })),
  );
}
