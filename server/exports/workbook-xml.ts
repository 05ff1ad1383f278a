import type { Column } from "./columns.ts";
import { cellText } from "./encode.ts";
import { escaped } from "./guard.ts";
import type { Row } from "./rows.ts";

/*
 * The XML of a workbook (ECMA-376). Texts are inline strings: they are never formulas, whatever they begin with.
 */

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const office = "http://schemas.openxmlformats.org/officeDocument/2006";
const packages = "http://schemas.openxmlformats.org/package/2006";
/** Characters of one cell: spreadsheets refuse a file with more. */
const cellLengthMax = 32_767;

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** What XML cannot hold, or would change, is written as _xHHHH_, and what looks like that gets its underscore so. */
const unholdable = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g;
/** Nothing of all this is in nearly any value. */
const notPlain = /[&<>"_\u0000-\u001f\ufffe\uffff]/;

export function xmlText(text: string): string {
  if (!notPlain.test(text)) return text;
  const plain = /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (mark) => entities[mark] ?? mark) : text;
  return plain.replace(
    unholdable,
    (mark) => `_x${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`,
  );
}

/** A, B … Z, AA … of a column counted from 0. */
export function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}

const letters = Array.from({ length: 1000 }, (_, index) => columnLetters(index));
const at = (index: number, rowNo: number) => `${letters[index] ?? columnLetters(index)}${rowNo}`;

function textCell(place: string, text: string, style = ""): string {
  const kept = text.length > cellLengthMax ? text.slice(0, cellLengthMax) : text;
  // Readers take blanks at either end away unless they are told to keep them.
  const open = kept.trim().length === kept.length ? "<t>" : '<t xml:space="preserve">';
  return `<c r="${place}"${style} t="inlineStr"><is>${open}${xmlText(kept)}</t></is></c>`;
}

/** Numbers that a spreadsheet keeps exactly: 15 digits, no leading zero. */
const exactNumber = /^-?(0|[1-9]\d{0,14})$|^-?(0|[1-9]\d{0,7})\.\d{0,6}[1-9]$/;

export function row(rowNo: number, columns: readonly Column[], values: Row): string {
  let cells = "";
  columns.forEach(({ kind }, index) => {
    const value = values[index] ?? "";
    if (value === "") return;
    if (kind === "number" && exactNumber.test(value))
      cells += `<c r="${at(index, rowNo)}"><v>${value}</v></c>`;
    else cells += textCell(at(index, rowNo), escaped(kind === "text" ? value : cellText(value, kind)));
  });
  return `<row r="${rowNo}">${cells}</row>`;
}

/** A sheet up to its first row of data: a bold header that stays in sight. */
export function sheetStart(header: readonly string[]): string {
  const widths = header.map(
    (name, index) =>
      `<col min="${index + 1}" max="${index + 1}" width="${Math.min(40, Math.max(12, name.length + 4))}" customWidth="1"/>`,
  );
  const cells = header.map((name, index) => textCell(at(index, 1), name, ' s="1"'));
  return (
    `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0">`
    + '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    + `<cols>${widths.join("")}</cols><sheetData><row r="1">${cells.join("")}</row>`
  );
}

/** Filters over the whole table, and the end of the sheet. */
export const sheetEnd = (columns: number, rows: number): string =>
  `</sheetData><autoFilter ref="A1:${at(columns - 1, rows)}"/></worksheet>`;

export function smallSheet({ header, rows }: { header: string[]; rows: (string | number)[][] }): string {
  const lines = rows.map((values, index) => {
    const cells = values.map((value, column) => {
      const place = at(column, index + 2);
      return typeof value === "number" ? `<c r="${place}"><v>${value}</v></c>` : textCell(place, value);
    });
    return `<row r="${index + 2}">${cells.join("")}</row>`;
  });
  return sheetStart(header) + lines.join("") + sheetEnd(header.length, rows.length + 1);
}

/** Every other part of the package, by name. */
export function partsAround(sheets: readonly string[], takenAt: Date): Record<string, string> {
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const each = (write: (name: string, no: number) => string) =>
    sheets.map((name, index) => write(name, index + 1)).join("");
  return {
    "[Content_Types].xml":
      `${declaration}<Types xmlns="${packages}/content-types">`
      + '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
      + '<Default Extension="xml" ContentType="application/xml"/>'
      + `<Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>`
      + `<Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>`
      + '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
      + each(
        (_, no) => `<Override PartName="/xl/worksheets/sheet${no}.xml" ContentType="${type}.worksheet+xml"/>`,
      )
      + "</Types>",
    "_rels/.rels":
      `${declaration}<Relationships xmlns="${packages}/relationships">`
      + `<Relationship Id="rId1" Type="${office}/relationships/officeDocument" Target="xl/workbook.xml"/>`
      + `<Relationship Id="rId2" Type="${packages}/relationships/metadata/core-properties" Target="docProps/core.xml"/>`
      + "</Relationships>",
    "docProps/core.xml":
      `${declaration}<cp:coreProperties xmlns:cp="${packages}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" `
      + 'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
      + `<dc:creator>Postroad</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${takenAt.toISOString()}</dcterms:created></cp:coreProperties>`,
    "xl/workbook.xml":
      `${declaration}<workbook xmlns="${main}" xmlns:r="${office}/relationships"><sheets>`
      + each((name, no) => `<sheet name="${xmlText(name)}" sheetId="${no}" r:id="rId${no}"/>`)
      + "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels":
      `${declaration}<Relationships xmlns="${packages}/relationships">`
      + each(
        (_, no) =>
          `<Relationship Id="rId${no}" Type="${office}/relationships/worksheet" Target="worksheets/sheet${no}.xml"/>`,
      )
      + `<Relationship Id="rId${sheets.length + 1}" Type="${office}/relationships/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml":
      `${declaration}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>`
      + '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
      + '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
      + '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
      + '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
      + '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
      + '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>',
  };
}
