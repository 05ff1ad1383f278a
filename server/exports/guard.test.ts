import fc from "fast-check";
import { expect, test } from "vitest";
import { escaped, guarded, unguarded } from "./guard.ts";
import { joinNames, splitNames } from "./names.ts";

const awkward = fc.string({
  unit: fc.oneof(
    fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", "|", ",", ";", "\\", "1", " "),
    fc.string(),
  ),
});

test("what a spreadsheet would run is guarded, and numbers and phone numbers are left alone", () => {
  for (const value of ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "\t=1", "\r=1", "'=1"])
    expect(guarded(value)).toBe(`'${value}`);
  for (const value of ["+49 (30) 123-456", "-5", "'tis", "''", "", "a=b"]) expect(guarded(value)).toBe(value);
});

test("any value comes back from a file as it was", () => {
  fc.assert(
    fc.property(awkward, (value) => {
      expect(unguarded(guarded(value))).toBe(value);
      expect(unguarded(escaped(value))).toBe(value);
      expect(guarded(value)).not.toMatch(/^[=@\t\r]|^[-+](?![\d\s().-]*$)/);
    }),
  );
});

test("names with separators in them come back from one cell", () => {
  fc.assert(
    fc.property(fc.array(awkward, { minLength: 1 }), (names) => {
      expect(splitNames(joinNames(names))).toEqual(names);
    }),
  );
  expect(splitNames(String.raw`a,b;c|C:\d`)).toEqual(["a", "b", "c", String.raw`C:\d`]);
});
