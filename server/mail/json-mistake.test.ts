import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonMistake } from "./json-mistake.ts";

test("a mistake in JSON is told with its place and what was expected there", () => {
  const told = (source: string) => {
    const found = jsonMistake(source);
    return found && `${found.line}:${found.column} ${found.message}`;
  };
  expect(told('{"first_name": "Ana", "custom": {"plan": [1, -2.5e3, true, null, "\\u00e9"]}}')).toBeNull();
  expect(told("")).toBe('1:1 Expected a value, such as "text", 12 or true, found the end.');
  expect(told('{\n  "a": 1\n  "b": 2\n}')).toBe('3:3 Expected a comma or }, found “"”.');
  expect(told('{\n  "a": 1,\n}')).toBe("3:1 Expected a name in double quotes, found “}”.");
  expect(told('{"a" 1}')).toBe("1:6 Expected a colon after the name, found “1”.");
  expect(told("{'a': 1}")).toBe("1:2 Expected a name in double quotes, found “'a'”.");
  expect(told('{"a": Ana}')).toBe('1:7 Expected a value, such as "text", 12 or true, found “Ana”.');
  expect(told('{"a": "Ana\n}')).toBe("1:7 This text is never closed. Add the double quote where it ends.");
  expect(told('{"a": "C:\\data"}')).toContain("1:10 A backslash");
  expect(told('{"a": "b\tc"}')).toBe("1:9 A control character stands in a text as \\u0009.");
  expect(told('{"a": 1} {}')).toBe("1:10 Expected nothing more, found “{”.");
  expect(told("[".repeat(20_000))).toContain("1:51 Lists and objects");
});

test("what has no mistake is what JSON.parse reads, whatever is typed", () => {
  const reads = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const damaged = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.nat(3),
      fc.constantFrom(..."\"\\{}[]:,01.-eE+ \n\tatu'x".split("")),
    )
    .map(
      ([text, at, cut, put]) =>
        text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut),
    );
  fc.assert(
    fc.property(fc.oneof(fc.json(), damaged), (text) => {
      expect(jsonMistake(text) === null).toBe(reads(text));
    }),
    { numRuns: 2_000 },
  );
});
