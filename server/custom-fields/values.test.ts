import { expect, test } from "vitest";
import { shownValue } from "./schema.ts";
import { readCustomValue } from "./values.ts";

const options = ["Pro", "Free"];
const read = (type: Parameters<typeof readCustomValue>[0]["type"], typed: string) =>
  readCustomValue({ type, options }, typed);

test.each([
  ["number", " 12.50 ", 12.5],
  ["number", "-.5", -0.5],
  ["date", "2024-02-29", "2024-02-29"],
  ["boolean", "Yes", true],
  ["boolean", "0", false],
  ["select", "pRO", "Pro"],
  ["multi_select", "free; PRO, free", ["Free", "Pro"]],
  ["text", "  007 ", "007"],
  ["number", "  ", null],
  ["multi_select", " , ", null],
] as const)("a %s reads %j as %j, and what it shows reads the same again", (type, typed, value) => {
  expect(read(type, typed)).toEqual({ value });
  expect(read(type, shownValue(value))).toEqual({ value });
});

test.each([
  ["number", "1,5"],
  ["number", "1e400"],
  ["number", "Infinity"],
  ["date", "2023-02-29"],
  ["date", "31.01.2026"],
  ["boolean", "perhaps"],
  ["select", "Gold"],
  ["multi_select", "Pro, Gold"],
  ["text", "x".repeat(1001)],
] as const)("a %s refuses %j with a sentence", (type, typed) => {
  expect(read(type, typed)).toEqual({ problem: expect.stringMatching(/^[A-Z"].+\.$/) as string });
});
