import { expect, test } from "vitest";
import { guessDialect } from "./detect.ts";

test.each([
  ["a,b,c\n1,2,3\n", ","],
  ["a;b;c\n1,5;2;3\n", ";"],
  ["a\tb\n1,5\t2\n", "\t"],
  ["a|b|c\n1,5|2|3\n", "|"],
  ["a^b\n1,5^2\n", "^"],
  ['"Benton, John","x"\n"a, b","y"\n', ","],
  ["email\nada@example.com\n", ","],
  ["name;note\nAda;one, two, three\nBob;one, two\n", ";"],
])("the delimiter of %j is %j", (text, delimiter) => {
  expect(guessDialect(text, true)).toEqual({ delimiter, newline: "\n" });
});

test("what a person says of the delimiter and the quotes is not guessed again", () => {
  expect(guessDialect("a,b;c\n1,2;3\n", true, { delimiter: ";", quote: "" })).toEqual({
    delimiter: ";",
    quote: "",
    newline: "\n",
  });
});

test("lone carriage returns end lines though line feeds stand within values", () => {
  const rows = Array.from({ length: 9 }, (_, row) => `a${row}@example.com,"one\ntwo"`).slice(0, 2);
  const more = Array.from({ length: 20 }, (_, row) => `b${row}@example.com,x`);
  expect(guessDialect(["email,note", ...rows, ...more].join("\r"), true).newline).toBe("\r");
  expect(guessDialect(["email,note", ...more].join("\r\n"), true).newline).toBe("\n");
});

test("lone carriage returns end lines when there is nothing else", () => {
  expect(guessDialect("a,b\r1,2\r", true)).toEqual({ delimiter: ",", newline: "\r" });
});
