import { fileColumns } from "#server/suppressions/schema";

/** Lines that one request carries. */
const pieceLines = 1000;
/** A record of a downloaded list is never longer: a stray quotation mark must not swallow the rest of the file. */
const recordMax = 5000;

/** Addresses, one a line; or the head and some records of a list that was downloaded here. */
export type Piece = { emails: string } | { file: string };

/**
 * What was typed, then the lines of the file, in pieces of a request's size: of a list that was downloaded here the whole
 * records, of any other file the first address or domain of each line.
 */
export async function* piecesOf(typed: string, file: File | null): AsyncGenerator<Piece> {
  if (typed !== "") {
    const lines = typed.split(/[\n,;]+/);
    for (let at = 0; at < lines.length; at += pieceLines)
      yield { emails: lines.slice(at, at + pieceLines).join("\n") };
  }
  if (!file) return;
  let head: string | null | undefined;
  let open = "";
  let found: string[] = [];
  const piece = (): Piece => (head ? { file: [head, ...found].join("\n") } : { emails: found.join("\n") });
  for await (const line of linesOf(file)) {
    if (head === undefined) {
      head = isOwnHead(line) ? line : null;
      if (head !== null) continue;
    }
    if (head === null) found.push(...addressOf(line));
    else {
      open = open === "" ? line : `${open}\n${line}`;
      if (open.split('"').length % 2 === 0 && open.length < recordMax) continue;
      if (open !== "") found.push(open);
      open = "";
    }
    if (found.length < pieceLines) continue;
    yield piece();
    found = [];
  }
  if (open !== "") found.push(open);
  if (found.length > 0) yield piece();
}

async function* linesOf(file: File): AsyncGenerator<string> {
  let rest = "";
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  for (let { done, value } = await reader.read(); ; { done, value } = await reader.read()) {
    const lines = (rest + (value ?? "")).split(/\r\n|\r|\n/);
    rest = done ? "" : (lines.pop() ?? "");
    yield* lines;
    if (done) return;
  }
}

const cellsOf = (line: string) => line.split(/[,;\t]/).map((each) => each.trim().replace(/^"|"$/g, ""));

const isOwnHead = (line: string): boolean => {
  const names = cellsOf(line.replace("\ufeff", "")).map((name) => name.toLowerCase());
  return fileColumns.slice(0, 3).every((name) => names.includes(name));
};

function addressOf(line: string): string[] {
  const cell = cellsOf(line).find((each) => each.includes("@"));
  return cell ? [cell] : [];
}
