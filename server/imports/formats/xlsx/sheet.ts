import type { Archive } from "../archive.ts";
import { refused } from "../refusal.ts";
import { type NumberMeaning, writeNumber } from "./number-format.ts";
import type { SharedStrings } from "./shared-strings.ts";
import type { Sheet, Workbook } from "./workbook.ts";
import { readXml, unescaped } from "./xml.ts";

/** A row of a sheet that has values: its number as the program shows it, and its cells from column A on. */
export type SheetRow = { line: number; fields: string[] };

const rowsMax = 1_048_576;
const columnsOfSheetMax = 16_384;

type Cell = { column: number; type: string; style: number; text: string };

/**
 * The rows of a sheet in their order, some at a time. Numbers come as typed, dates as ISO 8601, formulas as the value
 * they had when the workbook was saved.
 */
export async function* readSheet(
  archive: Archive,
  workbook: Workbook,
  { sheet, strings }: { sheet: Sheet; strings: SharedStrings },
): AsyncGenerator<SheetRow[]> {
  const rows = new RowBuilder(workbook, strings);
  for await (const _ of readXml(archive.stream(sheet.path), rows.handlers, `of the sheet "${sheet.name}"`)) {
    const ready = rows.take();
    if (ready.length > 0) yield ready;
  }
}

class RowBuilder {
  #workbook: Workbook;
  #strings: SharedStrings;
  #ready: SheetRow[] = [];
  #line = 0;
  #fields: string[] = [];
  #cell: Cell | null = null;
  #inData = false;
  #inText = false;
  #phonetic = false;

  constructor(workbook: Workbook, strings: SharedStrings) {
    this.#workbook = workbook;
    this.#strings = strings;
  }

  readonly handlers = {
    open: (name: string, attributes: Record<string, string>) => this.#open(name, attributes),
    text: (text: string) => {
      if (this.#cell && this.#inText && !this.#phonetic) this.#cell.text += text;
    },
    close: (name: string) => this.#close(name),
  };

  take(): SheetRow[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #open(name: string, attributes: Record<string, string>): void {
    if (name === "sheetData") this.#inData = true;
    if (!this.#inData) return;
    if (name === "row") {
      this.#line = attributes.r === undefined ? this.#line + 1 : Number(attributes.r);
      this.#fields = [];
      if (!(this.#line >= 1 && this.#line <= rowsMax))
        throw refused(`This workbook has a row ${attributes.r}, which no sheet has. Save it again in Excel.`);
    } else if (name === "c") {
      const column = attributes.r === undefined ? this.#fields.length : columnOf(attributes.r);
      this.#cell = { column, type: attributes.t ?? "n", style: Number(attributes.s ?? 0), text: "" };
    } else if (name === "v" || name === "t") this.#inText = true;
    else if (name === "rPh") this.#phonetic = true;
  }

  #close(name: string): void {
    if (name === "sheetData") this.#inData = false;
    else if (name === "v" || name === "t") this.#inText = false;
    else if (name === "rPh") this.#phonetic = false;
    else if (name === "c" && this.#cell) {
      const { column } = this.#cell;
      if (column >= columnsOfSheetMax || column < 0)
        throw refused("This workbook has cells beyond the last column. Save it again in Excel.");
      const value = this.#valueOf(this.#cell);
      while (this.#fields.length < column) this.#fields.push("");
      this.#fields[column] = value;
      this.#cell = null;
    } else if (name === "row" && this.#fields.some((value) => value.trim() !== ""))
      this.#ready.push({ line: this.#line, fields: this.#fields });
  }

  #valueOf({ type, style, text }: Cell): string {
    if (type === "s") return text === "" ? "" : this.#sharedString(text);
    if (type === "b") return text.trim() === "1" ? "true" : text.trim() === "0" ? "false" : text;
    if (type === "inlineStr" || type === "str") return unescaped(text);
    // An ISO date with the midnight that its writer added.
    if (type === "d") return text.replace(/T00:00:00(\.0+)?Z?$/, "");
    if (type !== "n" || text === "") return text;
    const meaning: NumberMeaning = this.#workbook.styles[style] ?? { as: "number" };
    return writeNumber(text, meaning, this.#workbook.epoch1904);
  }

  #sharedString(index: string): string {
    const text = this.#strings.at(Number(index));
    if (text !== undefined || !this.#strings.isWhole) return text ?? "";
    throw refused(
      `This workbook is damaged: a cell in row ${this.#line} shows a text that is not in it. Open it in Excel and save it again.`,
    );
  }
}

/** The column of a reference such as "AB12", from 0. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at++) {
    const letter = reference.charCodeAt(at) & 0xdf;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
  }
  return column - 1;
}
