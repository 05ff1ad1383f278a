import { Columns, crowded } from "./columns.ts";
import { mustHaveAddresses, noteRows, type SampleRow } from "./headers.ts";
import { type JsonItem, readJsonHead, readNdjsonHead } from "./json.ts";
import { type Finding, sampleRowsMax } from "./look.ts";
import { refused } from "./refusal.ts";
import { knowsAddressColumn } from "../mapping.ts";

/** Whether a text (one byte per character) is JSON: no CSV begins with a brace and a name, or a bracket and a brace. */
export const looksLikeJson = (text: string): boolean => /^\s*(\[\s*[{\]]|\{\s*["}])/.test(text);

/** What the beginning of JSON or NDJSON says; `complete` when it is all of it. */
export function lookAtJson(head: Buffer, complete: boolean, name: string): Finding {
  const text = head.toString("latin1");
  const kind = isNdjson(text) ? "ndjson" : "json";
  const wrapped = kind === "json" ? wrapperOf(text) : null;
  const items = kind === "ndjson" ? readNdjsonHead(text, complete) : readJsonHead(text, complete, wrapped);
  const columns = new Columns([]);
  const rows: SampleRow[] = items
    .slice(0, sampleRowsMax)
    .flatMap(({ line, cells }: JsonItem) => (cells ? [{ line, fields: columns.place(cells, line) }] : []));
  if (rows.length === 0) {
    throw refused(
      items[0]?.problem
        ? `The first contact in "${name}" cannot be read. ${items[0].problem.message}`
        : `"${name}" holds an empty list. Add at least one contact.`,
    );
  }
  const headers = columns.names;
  // Objects leave out what is blank: short rows are nothing to remark on.
  const notes = noteRows(headers, rows).filter(({ code }) => code !== "short_rows");
  if (columns.dropped.size > 0) notes.push(crowded([...columns.dropped]));
  mustHaveAddresses(headers, rows, knowsAddressColumn(headers));
  return {
    format: {
      kind,
      delimiter: ",",
      newline: "\n",
      header: true,
      headers,
      wrapped,
      dataAt: { offset: 0, line: 1, row: 0 },
    },
    rows,
    notes,
  };
}

/** The first line is an object on its own. */
function isNdjson(text: string): boolean {
  const line = text.slice(0, text.indexOf("\n") + 1 || text.length).trim();
  if (!line.startsWith("{")) return false;
  try {
    JSON.parse(line);
    return wrapperOf(line) === null;
  } catch {
    // A first line that is no JSON by itself belongs to something longer, unless a second one stands alone.
    const second = text.split("\n", 3)[1]?.trim() ?? "";
    return /^\{.*\}$/.test(second) && line.endsWith("}");
  }
}

/** The property whose value is the list of contacts, where the file is one object around it. */
function wrapperOf(text: string): string | null {
  const found = /^\s*\{(?<before>[^[{]*?)"(?<name>(?:[^"\\]|\\.)*)"\s*:\s*\[\s*\{/.exec(text);
  // A contact with a list of its own has an address before it; a list of contacts has none.
  if (!found?.groups || found.groups.before?.includes("@")) return null;
  // A damaged name cannot be stored; the list behind it is reported as what it is, broken.
  if (found.groups.name?.includes("\u0000")) return null;
  return Buffer.from(found.groups.name ?? "", "latin1").toString("utf8");
}
