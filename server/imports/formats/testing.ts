import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";

/*
 * Files as other programs make them, for tests: archives, and workbooks in the ways in which cells can be written.
 */

export async function zipped(files: Record<string, string | Buffer>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return buffer(zip.outputStream);
}

/** A cell: text, or the attributes and the inside of its element. */
export type TestCell = string | { attributes: string; inside: string };

type TestWorkbook = {
  sheets: { name: string; hidden?: boolean; rows: TestCell[][] }[];
  /** Strings in the cells themselves instead of a table of their own. */
  inline?: boolean;
  /** Formats of the styles, from style 1 on. */
  formats?: string[];
  epoch1904?: boolean;
};

const xml = (text: string) =>
  text.replace(
    /[&<>"]/g,
    (found) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[found] ?? found,
  );

const header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const spreadsheet = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A workbook (.xlsx). */
export function workbook({
  sheets,
  inline = false,
  formats = [],
  epoch1904 = false,
}: TestWorkbook): Promise<Buffer> {
  const strings = new Map<string, number>();
  const parts: Record<string, string> = { "[Content_Types].xml": `${header}<Types/>` };
  for (const [at, { rows }] of sheets.entries())
    parts[`xl/worksheets/sheet${at + 1}.xml`] = sheetXml(rows, inline ? null : strings);
  parts["xl/workbook.xml"] =
    `${header}<workbook ${spreadsheet} xmlns:r="${office}"><workbookPr${epoch1904 ? ' date1904="1"' : ""}/><sheets>${sheets
      .map(
        ({ name, hidden }, at) =>
          `<sheet name="${xml(name)}" sheetId="${at + 1}"${hidden ? ' state="hidden"' : ""} r:id="rId${at + 1}"/>`,
      )
      .join("")}</sheets></workbook>`;
  const relations = sheets.map(
    (_, at) =>
      `<Relationship Id="rId${at + 1}" Type="${office}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
  );
  relations.push(`<Relationship Id="rIdS" Type="${office}/styles" Target="styles.xml"/>`);
  if (!inline)
    relations.push(`<Relationship Id="rIdT" Type="${office}/sharedStrings" Target="/xl/sharedStrings.xml"/>`);
  parts["xl/_rels/workbook.xml.rels"] = `${header}<Relationships>${relations.join("")}</Relationships>`;
  parts["xl/styles.xml"] = `${header}<styleSheet ${spreadsheet}><numFmts>${formats
    .map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${xml(code)}"/>`)
    .join("")}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${formats
    .map((_, at) => `<xf numFmtId="${164 + at}"/>`)
    .join("")}</cellXfs></styleSheet>`;
  if (!inline)
    parts["xl/sharedStrings.xml"] =
      `${header}<sst ${spreadsheet}>${[...strings.keys()].map((text) => `<si><t xml:space="preserve">${xml(text)}</t></si>`).join("")}</sst>`;
  return zipped(parts);
}

function sheetXml(rows: TestCell[][], strings: Map<string, number> | null): string {
  const lines = rows.map((cells, row) => {
    const written = cells.map((cell, column) => cellXml(cell, `${letters(column)}${row + 1}`, strings));
    return `<row r="${row + 1}">${written.join("")}</row>`;
  });
  return `${header}<worksheet ${spreadsheet}><sheetData>${lines.join("")}</sheetData></worksheet>`;
}

function cellXml(cell: TestCell, reference: string, strings: Map<string, number> | null): string {
  if (typeof cell !== "string") return `<c r="${reference}" ${cell.attributes}>${cell.inside}</c>`;
  if (cell === "") return "";
  if (!strings)
    return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${xml(cell)}</t></is></c>`;
  if (!strings.has(cell)) strings.set(cell, strings.size);
  return `<c r="${reference}" t="s"><v>${strings.get(cell)}</v></c>`;
}

function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last;
}
