/** A `{{ … }}` or `{% … %}`, minding quotes inside it. */
const piece = /\{\{(?:"[^"]*"|'[^']*'|(?!\}\})[^"'])*\}\}|\{%(?:"[^"]*"|'[^']*'|(?!%\})[^"'])*%\}/g;

/** Applies `change` to what stands outside of Liquid. */
export function outsideLiquid(text: string, change: (plain: string) => string): string {
  let out = "";
  let from = 0;
  for (const match of text.matchAll(piece)) {
    out += change(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return out + change(text.slice(from));
}

/** Where Liquid stands in a text. */
export const liquidRanges = (text: string) =>
  [...text.matchAll(piece)].map((match) => ({ from: match.index, to: match.index + match[0].length }));

/** A text with each piece of Liquid replaced by a mark that HTML leaves alone, and the way back. */
export function hideLiquid(source: string): { hidden: string; show: (text: string) => string } {
  const pieces: string[] = [];
  const hidden = source
    .replace(/[\uE000\uE001]/g, "")
    .replace(piece, (found) => `\uE000${pieces.push(found) - 1}\uE001`);
  return {
    hidden,
    show: (text) => text.replace(/\uE000(\d+)\uE001/g, (_, n: string) => pieces[Number(n)] ?? ""),
  };
}
