import { spellOutput } from "./liquid-shorthand.ts";
import { cutPieces, type Piece } from "./liquid-pieces.ts";
import { canonicalPath, isKnownRoot } from "./merge-fields.ts";

/** A template with every `{{ }}` and `{% %}` taken out, so that HTML can be read without minding their quotes. */
export type Masked = { text: string; pieces: Piece[] };

const open = "\uE000";
const close = "\uE001";
export const placeholder = /\uE000(\d+)\uE001/g;

export function mask(source: string): Masked {
  const pieces = cutPieces(source.replace(/[\uE000\uE001]/g, ""));
  const text = pieces
    .map((piece, n) => (piece.kind === "text" ? piece.source : `${open}${n}${close}`))
    .join("");
  return { text, pieces };
}

export function unmask({ text, pieces }: Masked): string {
  return text.replace(placeholder, (_, n: string) => pieces[Number(n)]?.source ?? "");
}

/** A link of a template: its number, and its target, which may still name fields of the contact. */
export type TemplateLink = { index: number; url: string; label: string };

const tag =
  /<!--[\s\S]*?-->|<(style|script|title)\b[\s\S]*?<\/\1\s*>|<([a-z][\w:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/gi;
const attribute = /(\s)(href|src)(\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;

/**
 * Percent-encodes the values that stand inside addresses and, when `track` is given, sends web links through it.
 * Never wrapped: mailto and other schemes, anchors, the unsubscribe link, and links whose address only a loop or an
 * assignment knows.
 */
export function prepareLinks(
  masked: Masked,
  track: ((index: number) => string) | null,
  utm: Readonly<Record<string, string>> = {},
): { masked: Masked; links: TemplateLink[] } {
  const pieces = [...masked.pieces];
  const links: TemplateLink[] = [];
  const text = masked.text.replace(
    tag,
    (whole: string, _raw, name: string | undefined, _attributes, offset: number) => {
      if (!name) return whole;
      return whole.replace(
        attribute,
        (found, before: string, key: string, equals: string, ...values: (string | undefined)[]) => {
          const value =
            values
              .slice(0, 3)
              .find((each) => each !== undefined)
              ?.trim() ?? "";
          encodeInside(value, pieces);
          if (key.toLowerCase() !== "href" || !/^(a|area)$/i.test(name)) return found;
          const target = targetOf(value, pieces);
          if (target === null) return found;
          const url = withUtm(target, utm);
          if (!track) return url === target ? found : `${before}${key}${equals}"${remask(url, pieces)}"`;
          const index = links.length;
          links.push({ index, url, label: labelAfter(masked, offset + whole.length) });
          return `${before}${key}${equals}"${track(index)}"`;
        },
      );
    },
  );
  return { masked: { text, pieces }, links };
}

/** A value within an address is one component of it; one at the start may be the whole address. */
function encodeInside(value: string, pieces: Piece[]): void {
  for (const match of value.matchAll(placeholder)) {
    const n = Number(match[1]);
    const piece = pieces[n];
    if (match.index === 0 || piece?.kind !== "output" || /\|\s*url_encode\s*-?$/.test(piece.inner)) continue;
    const spelled = spellOutput(piece.inner);
    const inner = `${spelled.replace(/-?$/, "").trimEnd()} | url_encode ${spelled.endsWith("-") ? "-" : ""}`;
    pieces[n] = { ...piece, inner, source: `{{${inner}}}` };
  }
}

/** The target with its outputs put back, or null when this link is left alone. */
function targetOf(value: string, pieces: readonly Piece[]): string | null {
  const named = [...value.matchAll(placeholder)].map((match) => pieces[Number(match[1])]);
  for (const piece of named) {
    const root = /^\s*-?\s*([A-Za-z_][\w-]*)/.exec(piece?.inner ?? "")?.[1];
    if (piece?.kind !== "output" || !root || !isKnownRoot(root)) return null;
    if (canonicalPath(root) === "unsubscribe_url") return null;
  }
  const bare = decodeEntities(value);
  if (!/^https?:\/\//i.test(bare) && !bare.startsWith(open)) return null;
  return bare.replace(placeholder, (_, n: string) => pieces[Number(n)]?.source ?? "");
}

const remask = (url: string, pieces: Piece[]) =>
  cutPieces(url)
    .map((piece) =>
      piece.kind === "text" ? escapeAttribute(piece.source) : `${open}${pieces.push(piece) - 1}${close}`,
    )
    .join("");

const escapeAttribute = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:amp|quot|lt|gt|apos|#39|#x27|#(\d+)|#x([\da-f]+));/gi,
    (entity, decimal?: string, hex?: string) => {
      const known = ({ "&amp;": "&", "&quot;": '"', "&lt;": "<", "&gt;": ">", "&apos;": "'" } as const)[
        entity.toLowerCase()
      ];
      if (known) return known;
      const code = decimal ? Number(decimal) : Number.parseInt(hex ?? "27", 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    },
  );
}

/** Adds the parameters that are not there yet, before any anchor. */
function withUtm(url: string, utm: Readonly<Record<string, string>>): string {
  const [page = "", ...anchor] = url.split("#");
  const missing = Object.entries(utm).filter(
    ([name, value]) => value && !new RegExp(`[?&]${encodeURIComponent(name)}=`).test(page),
  );
  if (missing.length === 0 || !/^https?:\/\//i.test(url)) return url;
  const query = missing
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
  return [page + (page.includes("?") ? "&" : "?") + query, ...anchor].join("#");
}

/** The words of a link, for statistics. */
function labelAfter({ text, pieces }: Masked, from: number): string {
  const inner = text.slice(from, from + 2_000).split(/<\/a\s*>/i)[0] ?? "";
  const image = /<img\b[^>]*\balt\s*=\s*["']([^"']*)/i.exec(inner)?.[1] ?? "";
  const words = inner
    .replace(/<[^>]*>/g, " ")
    .replace(placeholder, (_, n: string) => pieces[Number(n)]?.source ?? "");
  return decodeEntities(words.trim() || image)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 120);
}
