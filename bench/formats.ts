/**
 * Reading a big file of each form into normalised rows: rows per second and the most memory the process held. Files are
 * made on disk first; reading them is measured in a process of its own, one per form. The floor is unpacking the same
 * bytes, and nothing else.
 *
 *   npm run bench:formats -- [rows]
 */
import { fork } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ZipFile } from "yazl";
import { lookAtFile } from "#server/imports/formats/look";
import { withContents } from "#server/imports/formats/contents";
import { normalize } from "#server/imports/formats/rows";
import { diskSource, type Source } from "#server/imports/formats/source";
import { report, timed } from "./database.ts";

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
const person = (n: number) => [
  `person.${n}@example-${n % 997}.org`,
  ["Ada", "Zoë", "Jürgen", "Noor", "Mei"][n % 5] ?? "",
  `Lovelace ${n}`,
  `Company, ${n % 5000}`,
  "Engineer",
  `+1 555 ${String(n).padStart(7, "0")}`,
  "Springfield",
  "US",
  ["free", "team", "business"][n % 3] ?? "",
  String(n % 50),
];

function* batches(rows: number, line: (cells: string[], n: number) => string): Generator<string> {
  for (let n = 0; n < rows; n += 1000) {
    let text = "";
    for (let at = n; at < Math.min(rows, n + 1000); at++) text += line(person(at), at);
    yield text;
  }
}

const object = (cells: string[]) =>
  JSON.stringify(Object.fromEntries(names.map((name, at) => [name, cells[at]])));
const csv = (rows: number) =>
  Readable.from(
    (function* () {
      yield `${names.join(",")}\n`;
      yield* batches(
        rows,
        (cells) => `${cells.map((cell) => (cell.includes(",") ? `"${cell}"` : cell)).join(",")}\n`,
      );
    })(),
  );
const utf16 = (rows: number) =>
  Readable.from(
    (function* () {
      yield Buffer.from(`\ufeff${names.join("\t")}\n`, "utf16le");
      for (const text of batches(rows, (cells) => `${cells.join("\t")}\n`))
        yield Buffer.from(text, "utf16le");
    })(),
  );
const json = (rows: number) =>
  Readable.from(
    (function* () {
      yield "[";
      yield* batches(rows, (cells, n) => `${n === 0 ? "" : ","}${object(cells)}`);
      yield "]";
    })(),
  );

async function xlsx(rows: number, file: string): Promise<void> {
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
  const sheet = batches(rows, (cells, n) => {
    const written = cells.map(
      (_, at) => `<c r="${String.fromCharCode(65 + at)}${n + 2}" t="s"><v>${(n + 1) * 10 + at}</v></c>`,
    );
    return `<row r="${n + 2}">${written.join("")}</row>`;
  });
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
    batches(rows, (cells) => cells.map((cell) => `<si><t>${cell}</t></si>`).join("")),
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
const forms: Record<string, (rows: number, file: string) => Promise<void>> = {
  "people.utf16.txt": (rows, file) => pipeline(utf16(rows), toFile(file)),
  "people.csv.gz": (rows, file) => pipeline(csv(rows), createGzip({ level: 1 }), toFile(file)),
  "people.json": (rows, file) => pipeline(json(rows), toFile(file)),
  "people.ndjson": (rows, file) =>
    pipeline(Readable.from(batches(rows, (cells) => `${object(cells)}\n`)), toFile(file)),
  "people.xlsx": xlsx,
};

async function read(file: string): Promise<void> {
  const { size } = await stat(file);
  const source = diskSource(file, size);
  const started = performance.now();
  const { format } = await lookAtFile(source, path.basename(file), {});
  const looked = performance.now() - started;
  let bytes = 0;
  await withContents(source, { fileName: path.basename(file) }, async (contents) => {
    for await (const piece of normalize(contents, format).pieces) bytes += piece.length;
  });
  const seconds = (performance.now() - started) / 1000;
  const rss = process.resourceUsage().maxRSS;
  const floor = await timed(() => unpack(source, path.basename(file)));
  process.send?.({ seconds, floor, looked, bytes, rss });
}

function unpack(source: Source, fileName: string): Promise<void> {
  return withContents(source, { fileName }, async ({ workbook, text }) => {
    const parts = workbook ? workbook.entries.map(({ name }) => workbook.stream(name)) : [text()];
    for (const part of parts) for await (const _ of part);
  });
}

const [, , first, second] = process.argv;
if (first === "read" && second) await read(second);
else {
  const rows = Number(first ?? 1_048_575);
  const folder = await mkdtemp(path.join(tmpdir(), "postroad-formats-"));
  try {
    for (const [name, make] of Object.entries(forms)) {
      const file = path.join(folder, name);
      await make(rows, file);
      const { size } = await stat(file);
      type Told = { seconds: number; floor: number; looked: number; bytes: number; rss: number };
      const told = await new Promise<Told>((done, fail) => {
        const child = fork(import.meta.filename, ["read", file]);
        child.on("message", (message) => done(message as Told));
        child.on("exit", (code) => fail(new Error(`Reading ${name} ended with code ${code}.`)));
      });
      console.log(
        `${name}: ${(size / 1e6).toFixed(0)} MB, first look ${told.looked.toFixed(0)} ms, at most ${Math.round(told.rss / 1024)} MB of memory`,
      );
      report(name, "rows/s", rows / told.seconds, rows / told.floor);
      await rm(file);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
