import { expect, test } from "vitest";
import { returnDay } from "./return-day.ts";

const today = "2026-11-21";

test.each([
  ["I am out of office until 27 November.", "2026-11-28"],
  ["I'm away through Friday, December 4th, 2026 with no access to mail.", "2026-12-05"],
  ["I will be back on Monday, 30 Nov 2026.", "2026-11-30"],
  ["Returning to the office on 1/4.", "2027-01-04"],
  ["I will be back in the office on 12/24/2026", "2026-12-24"],
  ["Ich bin bis einschließlich 27.11.2026 nicht im Büro.", "2026-11-28"],
  ["Ab dem 30.11. bin ich nicht da. Wieder am 07.12.2026.", "2026-12-07"],
  ["Je suis absent jusqu’au 3 janvier.", "2027-01-04"],
  ["Vuelvo el 2 de diciembre.", "2026-12-02"],
  ["Out until 2026-11-25, back on 2026-11-27", "2026-11-27"],
])("%s", (text, day) => {
  expect(returnDay(text, today)).toBe(day);
});

test.each([
  "Thank you for your mail. I will answer as soon as I can.",
  "I was out until 12 November 2026.",
  "Our office is open until 18:00.",
  "Back on 31 February 2027.",
])("no day: %s", (text) => {
  expect(returnDay(text, today)).toBeNull();
});
