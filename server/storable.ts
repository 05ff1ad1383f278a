import { AppError } from "#server/errors";

/** Postgres holds neither U+0000 nor half of a surrogate pair, in text or in JSON. */
const unstorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Refuses input that holds text which the database cannot, wherever in it that stands.
 * @throws AppError invalid, at the path as a form names it (`steps.0.subject`)
 */
export function mustBeStorable(input: unknown): void {
  const left = [{ path: "", value: input }];
  for (let part = left.pop(); part; part = left.pop()) {
    const { path, value } = part;
    if (typeof value === "string") refuseUnstorable(value, path);
    if (typeof value !== "object" || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      refuseUnstorable(name, path);
      left.push({ path: path ? `${path}.${name}` : name, value: inner });
    }
  }
}

/** One of the characters that Unicode keeps for nobody: no text that somebody wrote has it. */
const nobodys = "\uffff";

/**
 * The same input with a character that is found nowhere in place of what the database cannot hold: whoever looks for that
 * finds nobody, as it should be.
 */
export function findingNobody(input: unknown): unknown {
  if (typeof input === "string") return input.replaceAll(new RegExp(unstorable, "g"), nobodys);
  if (Array.isArray(input)) return input.map(findingNobody);
  if (typeof input !== "object" || input === null || input instanceof Date) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, inner]) => [findingNobody(name), findingNobody(inner)]),
  );
}

function refuseUnstorable(text: string, path: string): void {
  const at = text.search(unstorable);
  if (at < 0) return;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  const problem = `Character ${at + 1} cannot be stored (U+${code}). Take it out, or type the text anew.`;
  throw new AppError("invalid", path ? `${path}: ${problem}` : problem, { [path]: problem });
}
