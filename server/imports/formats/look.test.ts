import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { lookAtFile } from "./look.ts";
import { gunzipped, refuseBomb } from "./inflate.ts";
import type { FormatChoice } from "./schema.ts";
import { bufferSource } from "./source.ts";
import { workbook, zipped } from "./testing.ts";

const people = 'email,first_name,note\nzoë@example.com,Zoë,"“quoted”, naïve"\nada@example.com,Ada,€ 5\n';
const look = (bytes: Buffer | string, choice: FormatChoice = {}, name = "people.csv") =>
  lookAtFile(bufferSource(Buffer.from(bytes)), name, choice);
const cells = [
  ["zoë@example.com", "Zoë", "“quoted”, naïve"],
  ["ada@example.com", "Ada", "€ 5"],
];
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();
const windows1252 = (text: string) =>
  Buffer.from(
    text.replace(/[“”€]/g, (c) => ({ "“": "\x93", "”": "\x94", "€": "\x80" })[c] ?? c),
    "latin1",
  );

describe("every encoding gives the same rows", () => {
  test.each([
    ["UTF-8", Buffer.from(people), "utf-8"],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${people}`), "utf-8"],
    ["UTF-16 LE with a mark", Buffer.from(`\ufeff${people}`, "utf16le"), "utf-16le"],
    ["UTF-16 LE without", Buffer.from(people, "utf16le"), "utf-16le"],
    ["UTF-16 BE with a mark", utf16be(`\ufeff${people}`), "utf-16be"],
    ["UTF-16 BE without", utf16be(people), "utf-16be"],
    ["Windows-1252", windows1252(people), "windows-1252"],
  ])("%s", async (_, bytes, encoding) => {
    const { format, rows, preview } = await look(bytes);
    expect(preview.encoding).toBe(encoding);
    expect(format.headers).toEqual(["email", "first_name", "note"]);
    expect(rows.map(({ fields }) => fields)).toEqual(cells);
    expect(rows.map(({ line }) => line)).toEqual([2, 3]);
  });
});

test("an encoding that was guessed says so, and one that was chosen is used", async () => {
  const cyrillic = Buffer.from([...Buffer.from("email,name\na@example.com,"), 0xc0, 0xed, 0xed, 0xe0, 0x0a]);
  const guessed = await look(cyrillic);
  expect(guessed.preview.notes).toMatchObject([{ code: "encoding_guessed", message: /Windows-1252/ }]);
  const chosen = await look(cyrillic, { encoding: "windows-1251" });
  expect(chosen.rows[0]?.fields[1]).toBe("Анна");
  expect(chosen.preview.notes).toEqual([]);
  const latin = await look(Buffer.from("email,name\na@example.com,\x85\n", "latin1"), {
    encoding: "iso-8859-1",
  });
  expect(latin.rows[0]?.fields[1]).toBe("\x85");
});

test("one broken byte in a file of UTF-8 does not change what the file is, and is remarked on", async () => {
  const { preview } = await look(
    Buffer.concat([Buffer.from(`${people}b@example.com,`), Buffer.from([0xff, 0x2c, 0x0a])]),
  );
  expect(preview).toMatchObject({ encoding: "utf-8", notes: [{ code: "damaged_characters" }] });
});

test("an accent that first comes up behind the first megabyte decides the encoding", async () => {
  const line = "somebody.with.a.long.name@example.com,Ada,nothing to see here\n";
  const late = `${"email,name,note\n"}${line.repeat(40_000)}zo@example.com,Zo\xeb,x\n${"a@example.com,\xe9,x\n".repeat(20_000)}`;
  expect((await look(Buffer.from(late, "latin1"))).preview.encoding).toBe("windows-1252");
});

describe("rows are divided as they are", () => {
  test.each([",", ";", "\t", "|", "^"])("%j is found", async (delimiter) => {
    const text =
      ["email", "name"].join(delimiter) + "\r\n" + ["ada@example.com", "1.5"].join(delimiter) + "\r\n";
    const { preview, rows } = await look(text);
    expect(preview.delimiter).toBe(delimiter);
    expect(rows).toEqual([{ line: 2, fields: ["ada@example.com", "1.5"] }]);
  });
  test("any other can be chosen", async () => {
    const { rows } = await look("email~name\nada@example.com~'a~b'\n", { delimiter: "~", quote: "'" });
    expect(rows[0]?.fields).toEqual(["ada@example.com", "a~b"]);
  });
});

test("columns of the same name are told apart, and columns without one are numbered", async () => {
  const { format, preview } = await look("email,Phone,,phone\nada@example.com,0049,x,007\n");
  expect(format.headers).toEqual(["email", "Phone", "Column 3", "phone (2)"]);
  expect(preview.notes.map(({ code, column }) => [code, column])).toEqual([
    ["empty_header", 2],
    ["duplicate_header", 3],
  ]);
});

test("a file without a header line is read from its first line on", async () => {
  const seen = await look("ada@example.com,Ada\nbob@example.com,Bob\n");
  expect(seen.format).toMatchObject({
    headers: ["Column 1", "Column 2"],
    header: false,
    dataAt: { offset: 0, line: 1, row: 0 },
  });
  expect(seen.rows).toHaveLength(2);
  expect((await look("name,mail\nAda,a@example.com\n", { header: false })).rows).toHaveLength(2);
});

test("ragged rows and cells a spreadsheet would run are remarked on", async () => {
  const { preview } = await look(
    'email,a,b\nx@example.com,1\ny@example.com,1,2,3\nz@example.com,"=1+1",-2\n',
  );
  expect(preview.notes.map(({ code }) => code)).toEqual(["formula_cells", "short_rows", "long_rows"]);
  expect(preview.notes[1]?.message).toMatch(/^Line 2 has fewer values .* \(2 instead of 3\)/);
  expect(preview.notes[2]?.message).toMatch(/^Line 3 has more values .* \(4 instead of 3\)/);
});

describe("what holds no contacts says what it is", () => {
  test.each<[string, Buffer | string, RegExp]>([
    ["nothing", "", /is empty\. It needs a header line/],
    ["blank lines", "\ufeff\r\n \n", /is empty/],
    ["a PDF named .csv", "%PDF-1.7\n...", /is a PDF/],
    ["an old workbook", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2]), /old Excel workbook/],
    [
      "an encrypted workbook",
      Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), Buffer.from("EncryptedPackage", "utf16le")]),
      /protected with a password/,
    ],
    [
      "binary data",
      Buffer.from("\u007fELF\u0002\u0001\u0001\0\0\0\0\0\0\0\0\0\u0003\0>\0", "latin1"),
      /binary data/,
    ],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 13]), /PNG image/],
    ["a header alone", "email,name\n", /a header line and nothing below/],
    ["no addresses", "name,city\nAda,Berlin\n", /no column with email addresses/],
    ["an empty JSON list", "[]", /an empty list/],
    ["a JSON list of numbers", '[{"email": 1', /cannot be read/],
    ["damaged gzip", gzipSync(people).subarray(0, 40), /is damaged: it breaks off/],
    ["gzip within gzip", gzipSync(gzipSync(people)), /compressed twice/],
    ["a broken archive", Buffer.from([0x50, 0x4b, 3, 4, 20, 0]), /damaged archive/],
  ])("%s", async (_, bytes, sentence) => {
    await expect(look(bytes)).rejects.toThrow(sentence);
  });

  test("documents of other programs in an archive", async () => {
    await expect(look(await zipped({ "word/document.xml": "x" }))).rejects.toThrow(/Word document/);
    await expect(look(await zipped({ "xl/workbook.bin": "x" }))).rejects.toThrow(/\.xlsb/);
    await expect(look(await zipped({ "content.xml": "x", mimetype: "y" }))).rejects.toThrow(/OpenDocument/);
    await expect(look(await zipped({ "__MACOSX/._a.csv": "x" }))).rejects.toThrow(
      /holds no file with contacts/,
    );
    await expect(look(await zipped({ "a.zip": await zipped({ "b.csv": people }) }))).rejects.toThrow(
      /archive within an archive/,
    );
  });
});

test("what unpacks to far more than it is gets refused while it is unpacked", async () => {
  const bomb = bufferSource(gzipSync(Buffer.alloc(70 * 1024 * 1024, "a")));
  let unpackedBytes = 0;
  const unpack = async () => {
    for await (const piece of gunzipped(bomb.stream(), "people.csv.gz")) unpackedBytes += piece.length;
  };
  await expect(unpack()).rejects.toThrow(/more than 400 times its size/);
  expect(unpackedBytes).toBeLessThan(66 * 1024 * 1024);
  expect(() => refuseBomb(70 * 1024 * 1024, 100_000, "people.zip")).toThrow(/more than 400 times its size/);
  expect(() => refuseBomb(6 * 1024 ** 3, 1024 ** 3, "people.zip")).toThrow(/more than 5 GB/);
  expect(() => refuseBomb(1_000_000, 100, "people.zip")).not.toThrow();
});

test("gzip and zip are looked into; an archive of several files names the one that is read", async () => {
  expect((await look(gzipSync(people))).preview).toMatchObject({ packing: "gzip", kind: "delimited" });
  const archive = await zipped({
    "a/people.csv": people,
    "b.json": '[{"email":"b@example.com"}]',
    "__MACOSX/a/._people.csv": "junk",
  });
  const first = await look(archive);
  expect(first.preview).toMatchObject({
    packing: "zip",
    entry: "a/people.csv",
    entries: [{}, { name: "b.json" }],
  });
  expect(first.preview.notes).toMatchObject([{ code: "several_files", message: /"a\/people\.csv" is read/ }]);
  const second = await look(archive, { entry: "b.json" });
  expect(second.preview).toMatchObject({ kind: "json", entry: "b.json", notes: [] });
  await expect(look(archive, { entry: "c" })).rejects.toThrow(/no file "c"/);
});

test("a workbook packed once more is read", async () => {
  const book = await workbook({ sheets: [{ name: "People", rows: [["email"], ["ada@example.com"]] }] });
  for (const packed of [gzipSync(book), await zipped({ "people.xlsx": book })]) {
    const { preview, rows } = await look(packed);
    expect(preview).toMatchObject({ kind: "xlsx", sheet: "People" });
    expect(rows).toEqual([{ line: 2, fields: ["ada@example.com"] }]);
  }
});

test("the first sheet with rows is read unless another is chosen", async () => {
  const book = await workbook({
    sheets: [
      { name: "Hidden", hidden: true, rows: [["email"], ["h@example.com"]] },
      { name: "Cover", rows: [] },
      {
        name: "People",
        rows: [
          ["email", ""],
          ["ada@example.com", "more"],
        ],
      },
      { name: "Others", rows: [["email"], ["o@example.com"]] },
    ],
  });
  const seen = await look(book, {}, "people.xlsx");
  expect(seen.preview.sheet).toBe("People");
  expect(seen.preview.notes.map(({ code }) => code)).toEqual(["several_sheets", "empty_header"]);
  expect(seen.format.headers).toEqual(["email", "Column 2"]);
  const hidden = await look(book, { sheet: "Hidden" });
  expect(hidden.rows).toEqual([{ line: 2, fields: ["h@example.com"] }]);
  await expect(look(book, { sheet: "None" })).rejects.toThrow(/no sheet "None"/);
});

test("fields of JSON for which there is no column any more are named", async () => {
  const wide = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`f${n}`, "x"]));
  const { format, preview } = await look(JSON.stringify([{ email: "a@example.com", ...wide }]));
  expect(format.headers).toHaveLength(200);
  expect(preview.notes.at(-1)).toMatchObject({
    code: "crowded_columns",
    message: /more than 200 different fields: "f199" and 1 more are left out/,
  });
});

test.each([
  ["a list", '[{"email":"a@example.com","x":{"y":1}},{"email":"b@example.com","z":["p","q"]}]', "json"],
  [
    "one per line",
    '{"email":"a@example.com","x":{"y":1}}\n{"email":"b@example.com","z":["p","q"]}\n',
    "ndjson",
  ],
  [
    "written over lines",
    '[\n  {\n "email": "a@example.com", "x": {"y": 1}\n },\n {"email":"b@example.com","z":["p","q"]}\n]\n',
    "json",
  ],
  [
    "within an object",
    '{"total": 2, "contacts": [{"email":"a@example.com","x":{"y":1}},{"email":"b@example.com","z":["p","q"]}]}',
    "json",
  ],
  [
    "one after another",
    '{\n"email":"a@example.com","x":{"y":1}}\n{"email":"b@example.com","z":["p","q"]}',
    "json",
  ],
])("JSON objects become rows: %s", async (_, text, kind) => {
  const { preview, format, rows } = await look(text, {}, "people.json");
  expect(preview.kind).toBe(kind);
  expect(format.headers).toEqual(["email", "x.y", "z"]);
  expect(rows.map(({ fields }) => fields)).toEqual([
    ["a@example.com", "1"],
    ["b@example.com", "", "p|q"],
  ]);
});
