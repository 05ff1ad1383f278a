import { text } from "node:stream/consumers";
import { fromBufferPromise } from "yauzl";

/** The parts of a workbook by name, unpacked, for tests. */
export async function workbookParts(bytes: Buffer): Promise<Map<string, string>> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, autoClose: false });
  const parts = new Map<string, string>();
  for await (const entry of zip.eachEntry())
    parts.set(entry.fileName, await text(await zip.openReadStreamPromise(entry)));
  zip.close();
  return parts;
}

/** The texts and numbers of a sheet, row by row, where no cell is left out. */
export const sheetRows = (xml: string): string[][] =>
  [...xml.matchAll(/<row .*?<\/row>/gs)].map(([row]) =>
    [...row.matchAll(/<(?:t|v)(?: [^>]*)?>(.*?)<\/(?:t|v)>/gs)].map(([, value]) => value ?? ""),
  );
