import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { expect, test } from "vitest";
import {
  readBoolean,
  readDay,
  readMoment,
  readNumber,
  readPhone,
  readScore,
  readStatus,
  titleCase,
} from "./values.ts";

const valueOf = (read: object) => ("value" in read ? read.value : null);

test.each([
  ["030 901820", "DE", "+4930901820"],
  ["0049 30 901820", null, "+4930901820"],
  ["+1 (212) 555-0100 ext. 7", null, "+12125550100 ext. 7"],
  ["504-621-8927", null, "504-621-8927"],
  ["call me", "DE", "call me"],
])("phone %s of %s is %s", (typed, country, expected) => {
  expect(valueOf(readPhone(typed, country))).toBe(expected);
});

test("North American numbers are read as the library would", () => {
  for (let area = 100; area < 1000; area++) {
    const typed = [
      `+1 ${area} 555 0123`,
      `+1 (${area}) 155-0123`,
      `+1${area}.999.9999`,
      `+1-${area}-${area}1234`,
    ];
    for (const text of typed) {
      const phone = parsePhoneNumberFromString(text);
      expect([text, valueOf(readPhone(text, null))]).toEqual([
        text,
        phone?.isPossible() ? phone.number : text,
      ]);
    }
  }
});

test.each([
  ["2026-05-31", "iso", "2026-05-31"],
  ["2026-05-31", "mdy", "2026-05-31"],
  ["31.05.2026", "dmy", "2026-05-31"],
  ["5/31/26", "mdy", "2026-05-31"],
  ["31.05.2026", "mdy", null],
  ["03/04/2026", "iso", null],
  ["2026/5/31 10:00", "ymd", "2026-05-31"],
  ["31.02.2026", "dmy", null],
  ["2026-05-31T23:30:00Z", "iso", "2026-06-01"],
] as const)("date %s under %s is %s", (text, order, expected) => {
  expect(valueOf(readDay(text, order, "Europe/Berlin"))).toBe(expected);
});

test("a moment without a zone is one of the file's zone", () => {
  expect(valueOf(readMoment("31.05.2026 10:00", "dmy", "Europe/Berlin"))).toBe("2026-05-31T08:00:00.000Z");
});

test.each([
  ["1,234.5", ".", 1234.5],
  ["1.234,5", ",", 1234.5],
  ["1 234", ".", 1234],
  ["-.5", ".", -0.5],
  ["1,23", ".", null],
  ["1.2.3", ".", null],
  ["-", ".", null],
  ["12a", ".", null],
] as const)("number %s with decimal %s is %s", (text, decimal, expected) => {
  expect(valueOf(readNumber(text, decimal))).toBe(expected);
});

test("yes and no are known in several languages, and nothing else is either", () => {
  expect(["Yes", "ja", "1", "Oui"].map((text) => valueOf(readBoolean(text)))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(["No", "nein", "0"].map((text) => valueOf(readBoolean(text)))).toEqual([false, false, false]);
  expect(valueOf(readBoolean("maybe"))).toBe(null);
});

test("a status is matched whole: inactive is not active", () => {
  expect(
    ["Active", "opted out", "hard-bounce", "inactive", "act"].map((text) => valueOf(readStatus(text))),
  ).toEqual(["active", "unsubscribed", "bounced", null, null]);
});

test("a score is a whole number from 0 to 100", () => {
  expect(["0", "100", "42.0", "101", "-1", "4.5"].map((text) => valueOf(readScore(text)))).toEqual([
    "0",
    "100",
    "42",
    null,
    null,
    null,
  ]);
});

test.each([
  ["ACME WIDGETS GMBH", "Acme Widgets GmbH"],
  ["o'reilly media", "O'reilly Media"],
  ["IBM", "IBM"],
  ["McKinsey", "McKinsey"],
])("company %s is written %s", (typed, expected) => {
  expect(titleCase(typed)).toBe(expected);
});
