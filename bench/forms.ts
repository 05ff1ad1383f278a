/** Files of people in every form an import takes, made row by row: of any size, in flat memory. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ZipFile } from "yazl";

const names = [
  "email",
  "first_name",
  "last_name",
  "company",
  "job_title",
  "phone",
  "city",
  "country",
  "plan",
  "seats",
];
// Addresses as files have them: in no order, or each would fall behind the one before in the index.
export const person = (n: number) => [
  `person.${(n * 7919) % 10_000_019}@example-${n % 997}.org`,
  ["Ada", "Zoë", "Jürgen", "Noor", "Mei"][n % 5] ?? "",
  `Lovelace ${n}`,
  `Company, ${n % 5000}`,
  "Engineer",
  `+1 212 ${String(2_000_000 + (n % 7_000_000))}`,
  "Springfield",
  "US",
  ["free", "team", "business"][n % 3] ?? "",
  String(n % 50),
];

/** Lines by the thousand. `other` moves every value but the address: a second file of the same people. */
function* batches(rows: number, line: (cells: string[], n: number) => string, other = 0): Generator<string> {
  for (let n = 0; n < rows; n += 1000) {
    let text = "";
    for (let at = n; at < Math.min(rows, n + 1000); at++)
      text += line([person(at)[0] ?? "", ...person(at + other).slice(1)], at);
    yield text;
  }
}

const object = (cells: string[]) =>
  JSON.stringify(Object.fromEntries(names.map((name, at) => [name, cells[at]])));
const csv = (rows: number, other: number) =>
  Readable.from(
    (function* () {
      yield `${names.join(",")}\n`;
      yield* batches(
        rows,
        (cells) => `${cells.map((cell) => (cell.includes(",") ? `"${cell}"` : cell)).join(",")}\n`,
        other,
      );
    })(),
  );
/** 21 columns, and about 1,005 bytes a row: five million of them are 5 GB. */
const wide = (rows: number, other: number) => {
  const more = Array.from({ length: 11 }, (_, at) => `remark_${at + 1}`);
  const remark = (n: number, at: number) =>
    `Remark ${n * 11 + at} of somebody who has much to say about the product and its people`;
  return Readable.from(
    (function* () {
      yield `${[...names, ...more].join(",")}\n`;
      yield* batches(
        rows,
        (cells, n) =>
          `${[...cells.map((cell) => (cell.includes(",") ? `"${cell}"` : cell)), ...more.map((_, at) => remark(n + other, at))].join(",")}\n`,
        other,
      );
    })(),
  );
};
const utf16 = (rows: number, other: number) =>
  Readable.from(
    (function* () {
      yield Buffer.from(`\ufeff${names.join("\t")}\n`, "utf16le");
      for (const text of batches(rows, (cells) => `${cells.join("\t")}\n`, other))
        yield Buffer.from(text, "utf16le");
    })(),
  );
const json = (rows: number, other: number) =>
  Readable.from(
    (function* () {
      yield "[";
      yield* batches(rows, (cells, n) => `${n === 0 ? "" : ","}${object(cells)}`, other);
      yield "]";
    })(),
  );

async function xlsx(rows: number, file: string, other: number): Promise<void> {
  const zip = new ZipFile();
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  zip.addBuffer(Buffer.from("<Types/>"), "[Content_Types].xml");
  zip.addBuffer(
    Buffer.from(
      `<workbook xmlns:r="${office}"><sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>`,
    ),
    "xl/workbook.xml",
  );
  zip.addBuffer(
    Buffer.from(
      `<Relationships><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    ),
    "xl/_rels/workbook.xml.rels",
  );
  // Every cell refers to a string of its own: the worst that a table of strings can be.
  const sheet = batches(
    rows,
    (cells, n) => {
      const written = cells.map(
        (_, at) => `<c r="${String.fromCharCode(65 + at)}${n + 2}" t="s"><v>${(n + 1) * 10 + at}</v></c>`,
      );
      return `<row r="${n + 2}">${written.join("")}</row>`;
    },
    other,
  );
  const head = names
    .map((_, at) => `<c r="${String.fromCharCode(65 + at)}1" t="s"><v>${at}</v></c>`)
    .join("");
  const wrap = function* (start: string, middle: Iterable<string>, end: string) {
    yield start;
    yield* middle;
    yield end;
  };
  const strings = wrap(
    `<sst>${names.map((name) => `<si><t>${name}</t></si>`).join("")}`,
    batches(rows, (cells) => cells.map((cell) => `<si><t>${cell}</t></si>`).join(""), other),
    "</sst>",
  );
  zip.addReadStream(Readable.from(strings, { objectMode: false }), "xl/sharedStrings.xml");
  zip.addReadStream(
    Readable.from(wrap(`<worksheet><sheetData><row r="1">${head}</row>`, sheet, "</sheetData></worksheet>"), {
      objectMode: false,
    }),
    "xl/worksheets/sheet1.xml",
  );
  zip.end();
  await pipeline(Readable.from(zip.outputStream), createWriteStream(file));
}

const toFile = (file: string) => createWriteStream(file);
/** Makers by the name of their file, whose extension says the form. */
export const forms: Record<string, (rows: number, file: string, other: number) => Promise<void>> = {
  "people.csv": (rows, file, other) => pipeline(csv(rows, other), toFile(file)),
  "people.wide.csv": (rows, file, other) => pipeline(wide(rows, other), toFile(file)),
  "people.utf16.txt": (rows, file, other) => pipeline(utf16(rows, other), toFile(file)),
  "people.csv.gz": (rows, file, other) => pipeline(csv(rows, other), createGzip({ level: 1 }), toFile(file)),
  "people.json": (rows, file, other) => pipeline(json(rows, other), toFile(file)),
  "people.ndjson": (rows, file, other) =>
    pipeline(Readable.from(batches(rows, (cells) => `${object(cells)}\n`, other)), toFile(file)),
  "people.xlsx": xlsx,
};
