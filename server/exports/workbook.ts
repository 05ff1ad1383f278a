import { once } from "node:events";
import { PassThrough } from "node:stream";
import { ZipFile } from "yazl";
import type { Column } from "./columns.ts";
import type { Batches, Chunks } from "./encode.ts";
import * as xml from "./workbook-xml.ts";

/** A small sheet behind the contacts: all of it is in memory. */
export type Sheet = { name: string; header: string[]; rows: (string | number)[][] };

type Workbook = { sheets: Sheet[]; takenAt: Date; rowsMax?: number };

/** Rows of a sheet, the header included, as the format has it. */
const sheetRowsMax = 1_048_576;

/**
 * A workbook, written while it is read: `Contacts` (further sheets of them past a million), then `sheets`. Memory
 * does not grow with the rows: texts stand in their cells, since a shared table of them would have to be kept.
 */
export async function* xlsxFile(
  columns: Column[],
  batches: Batches,
  { sheets, takenAt, rowsMax = sheetRowsMax }: Workbook,
): Chunks {
  const zip = new ZipFile();
  const output = zip.outputStream as PassThrough;
  // A part that nobody reads any more never drains.
  const gone = once(output, "close").then(() =>
    Promise.reject(new Error("Nobody reads the workbook any more.")),
  );
  // Each wait for it meets its failure; where nobody waits, it says nothing that is not known.
  gone.catch(() => undefined);
  zip.on("error", (error: Error) => output.destroy(error));
  const writing = writeParts(zip, columns, batches, { sheets, takenAt, rowsMax, gone }).catch(
    (error: unknown) => {
      output.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } finally {
    await writing;
  }
}

async function writeParts(
  zip: ZipFile,
  columns: Column[],
  batches: Batches,
  { sheets, takenAt, rowsMax, gone }: Required<Workbook> & { gone: Promise<never> },
): Promise<void> {
  // Level 1 halves the time of the default for a tenth more bytes.
  const packed = { compressionLevel: 1, mtime: takenAt };
  const names: string[] = [];
  const open = (name: string) => {
    names.push(name);
    const part = new PassThrough({ highWaterMark: 1024 * 1024 });
    zip.addReadStream(part, `xl/worksheets/sheet${names.length}.xml`, packed);
    return part;
  };
  const header = columns.map((column) => column.name);
  let part = open("Contacts");
  let rowNo = 1;
  part.write(xml.sheetStart(header));
  const write = async (text: string) => {
    if (text !== "" && !part.write(text)) await Promise.race([once(part, "drain"), gone]);
  };
  for await (const rows of batches) {
    let text = "";
    for (const row of rows) {
      if (rowNo === rowsMax) {
        await write(text);
        text = "";
        part.end(xml.sheetEnd(header.length, rowNo));
        part = open(`Contacts ${names.length + 1}`);
        rowNo = 1;
        part.write(xml.sheetStart(header));
      }
      rowNo += 1;
      text += xml.row(rowNo, columns, row);
    }
    await write(text);
  }
  part.end(xml.sheetEnd(header.length, rowNo));
  for (const sheet of sheets) {
    names.push(sheet.name);
    zip.addBuffer(Buffer.from(xml.smallSheet(sheet)), `xl/worksheets/sheet${names.length}.xml`, packed);
  }
  for (const [name, content] of Object.entries(xml.partsAround(names, takenAt)))
    zip.addBuffer(Buffer.from(content), name, packed);
  zip.end();
}
