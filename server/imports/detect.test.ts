import { expect, test } from "vitest";
import { guessDialect, recognize } from "./detect.ts";

const reasonOf = (bytes: Buffer | string) => {
  const seen = recognize(Buffer.from(bytes), true);
  return seen.ok ? null : seen.reason;
};

test("UTF-8 is read with and without a byte order mark", () => {
  expect(recognize(Buffer.from("\ufeffemail\nzoë@example.com"), true)).toEqual({
    ok: true,
    byteOrderMark: true,
  });
  expect(recognize(Buffer.from("email\nzoë@example.com"), true)).toEqual({ ok: true, byteOrderMark: false });
});

test("a character cut by the end of the first bytes is not an error", () => {
  expect(recognize(Buffer.from("email\nzoë").subarray(0, -1), false)).toMatchObject({ ok: true });
});

test("an empty file, and one of blank lines, says what it needs", () => {
  expect(reasonOf("")).toMatch(/is empty\. It needs a header line/);
  expect(reasonOf("\ufeff\r\n \n")).toMatch(/is empty/);
});

test("what is no CSV is called by its name", () => {
  expect(reasonOf("%PDF-1.7\n...")).toMatch(/is a PDF/);
  expect(reasonOf(Buffer.from([0x50, 0x4b, 3, 4, 20]))).toMatch(/Excel workbook or a ZIP/);
  expect(reasonOf(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))).toMatch(/old Excel workbook/);
  expect(reasonOf(Buffer.from([0x1f, 0x8b, 8]))).toMatch(/gzip/);
  expect(reasonOf(Buffer.from("email\0\u0001", "latin1"))).toMatch(/binary data/);
});

test("other encodings are named", () => {
  expect(reasonOf(Buffer.from("\ufeffemail\nada@example.com", "utf16le"))).toMatch(
    /UTF-16 \(little-endian\)/,
  );
  expect(reasonOf(Buffer.from("email\nada@example.com", "utf16le"))).toMatch(/UTF-16 without a mark/);
  expect(reasonOf(Buffer.from("email,name\na@example.com,Zoë\n", "latin1"))).toMatch(/Latin-1/);
  expect(reasonOf(Buffer.from([...Buffer.from("name\n"), 0x93, 0x41, 0x94, 0xe9]))).toMatch(/Windows-1252/);
});

test("one broken byte in a file of UTF-8 does not change what the file is", () => {
  expect(recognize(Buffer.concat([Buffer.from("é é é "), Buffer.from([0xff])]), true)).toMatchObject({
    ok: true,
  });
});

test.each([
  ["a,b,c\n1,2,3\n", ","],
  ["a;b;c\n1,5;2;3\n", ";"],
  ["a\tb\n1,5\t2\n", "\t"],
  ['"Benton, John","x"\n"a, b","y"\n', ","],
  ["email\nada@example.com\n", ","],
  ["name;note\nAda;one, two, three\nBob;one, two\n", ";"],
])("the delimiter of %j is %j", (text, delimiter) => {
  expect(guessDialect(text, true)).toEqual({ delimiter, newline: "\n" });
});

test("lone carriage returns end lines when there is nothing else", () => {
  expect(guessDialect("a,b\r1,2\r", true)).toEqual({ delimiter: ",", newline: "\r" });
});
