import { expect, test } from "vitest";
import { defaultPasswordRules, passwordProblem } from "./rules.ts";

const all = { lengthMin: 12, mixedCase: true, number: true, symbol: true };

test.each([
  ["Ñandú 42 años!", all, null],
  ["all small letters", defaultPasswordRules, null],
  ["short", defaultPasswordRules, "Your organization asks for at least 10 characters."],
  ["no capitals 42!!", all, "Your organization asks for a capital and a small letter."],
  ["NoDigits!!!!!!", all, "Your organization asks for a digit."],
  ["Only words 42", all, "Your organization asks for a symbol, as ! or #."],
  ["Ab1", all, "Your organization asks for a symbol, as ! or #, and for at least 12 characters."],
])("%o", (password, rules, sentence) => {
  expect(passwordProblem(password, rules)).toBe(sentence);
});
