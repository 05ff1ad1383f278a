import { filters } from "./liquid-filters.ts";
import { splitOutsideQuotes, type Piece } from "./liquid-pieces.ts";

/** A template after the shorthand was spelled out, and how to find a place of it in what was written. */
export type Spelled = { source: string; originalOffset(offset: number): number };

/** Writes `{{ first_name | there }}` out as `{{ first_name | default: "there" }}`, everywhere in the pieces. */
export function spellOut(pieces: readonly Piece[]): Spelled {
  const starts: { spelled: number; original: number }[] = [];
  let source = "";
  for (const piece of pieces) {
    starts.push({ spelled: source.length, original: piece.offset });
    source += piece.kind === "output" ? `{{${spellOutput(piece.inner)}}}` : piece.source;
  }
  return {
    source,
    originalOffset(offset) {
      const start = starts.findLast(({ spelled }) => spelled <= offset);
      return start ? start.original + (offset - start.spelled) : offset;
    },
  };
}

/** The inside of one output, with a fallback in shorthand written out, and what it requires named. */
export function spellOutput(inner: string): string {
  const trim = /^(-?)([\s\S]*?)(-?)$/.exec(inner);
  const [value = "", ...written] = splitOutsideQuotes(trim?.[2] ?? inner, "|");
  const segments = written.map((segment) => nameRequired(segment, value.trim()));
  const last = segments.at(-1);
  if (last === undefined || !isFallback(last))
    return `${trim?.[1] ?? ""}${[value, ...segments].join("|")}${trim?.[3] ?? ""}`;
  const text = last.trim().replace(/^(["'])([\s\S]*)\1$/, "$2");
  const quoted = text.includes('"') ? `'${text.replaceAll("'", "’")}'` : `"${text}"`;
  const before = [value, ...segments.slice(0, -1)].join("|").trimEnd();
  return `${trim?.[1] ?? ""}${before} | default: ${quoted} ${trim?.[3] ?? ""}`;
}

/** A filter does not see what it was given, and its message has to say which field is empty. */
function nameRequired(segment: string, field: string): string {
  return segment.trim() === "required" && /^[\w.]+$/.test(field) ? ` required: "${field}" ` : segment;
}

/** Words after the last bar are a fallback, unless they are a filter or look like a mistyped one. */
function isFallback(segment: string): boolean {
  const text = segment.trim();
  if (!text || (text.includes(":") && /^\w+\s*:/.test(text))) return false;
  return !Object.hasOwn(filters, text) && nearestFilter(text) === null;
}

/** The filter that a name was probably meant to be, or null. */
export function nearestFilter(name: string): string | null {
  if (!/^[a-z_]+$/i.test(name) || name.length < 4) return null;
  const near = Object.keys(filters).find(
    (filter) => distance(name.toLowerCase(), filter) <= (filter.length > 5 ? 2 : 1),
  );
  return near ?? null;
}

/** How many letters must be changed, added or removed. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
