/*
 * Several names in one cell, as tags and choices are: joined with bars, and a bar, comma, semicolon or backslash
 * that belongs to a name behind a backslash. Files from elsewhere separate with any of the three.
 */

const separates = /[|,;\\]/;
const escapedName = (name: string): string =>
  separates.test(name) ? name.replace(/[|,;\\]/g, String.raw`\$&`) : name;

export const joinNames = (names: readonly string[]): string => names.map(escapedName).join("|");

/** The names in a cell, as they stand there; a backslash before anything else is a backslash. */
export function splitNames(cell: string): string[] {
  if (!cell.includes("\\")) return cell.split(/[,;|]/);
  const names = [""];
  for (const [part] of cell.matchAll(/\\[|,;\\]|[^]/g)) {
    if (/^[|,;]$/.test(part)) names.push("");
    else names[names.length - 1] += part.length > 1 && part.startsWith("\\") ? part.slice(1) : part;
  }
  return names;
}
