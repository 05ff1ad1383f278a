import { expect, test } from "vitest";
import { cronOf, cronWords, rhythmOf } from "./cron-words.tsx";

test("a rhythm becomes a cron expression and is found again in it", () => {
  for (const cron of [
    "5 * * * *",
    "0 6 * * *",
    "30 7 * * 1-5",
    "0 6 * * 1",
    "15 23 31 * *",
    "*/5 * * * *",
    "0 6 1 1 *",
  ])
    expect(cronOf(rhythmOf(cron)), cron).toBe(cron);
  expect(rhythmOf("0 6 * * 7")).toEqual({ every: "week", weekday: 0, hour: 6, minute: 0 });
});

test("a schedule reads as a sentence, and an unusual one as it is written", () => {
  expect(cronWords("5 6 * * 1-5")).toBe("Monday to Friday at 06:05");
  expect(cronWords("0 6 * * 1")).toBe("Every Monday at 06:00");
  expect(cronWords("0 0 1 * *")).toBe("On day 1 of each month at 00:00");
  expect(cronWords("0 */2 * * *")).toBe("0 */2 * * *");
});
