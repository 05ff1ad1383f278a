import { expect, test } from "vitest";
import { anybody } from "./persons.ts";
import { type Skipping, skippedTurn } from "./skips.ts";
import type { Window } from "./window.ts";

const window: Window = {
  start: "09:00",
  end: "17:00",
  days: ["mon", "tue", "wed", "thu", "fri"],
  zone: "Europe/Berlin",
};
/** From a Thursday to a Saturday. */
const skipping: Skipping = { days: [{ from: "2026-12-24", to: "2026-12-26" }], window };
const at = (moment: string) => Date.parse(moment);
const turn = (from: string, person: Partial<typeof anybody> = {}, of = skipping) => {
  const found = skippedTurn(of, { ...anybody, ...person }, at(from));
  return found === null ? null : new Date(found).toISOString();
};

test("an email is passed over when its turn comes on such a day, and not when it only falls due near one", () => {
  expect(turn("2026-12-24T10:00:00+01:00")).toBe("2026-12-24T09:00:00.000Z");
  expect(turn("2026-12-24T05:00:00+01:00")).toBe("2026-12-24T08:00:00.000Z");
  // Too late for the day before: its turn comes in the morning.
  expect(turn("2026-12-23T17:00:00+01:00")).toBe("2026-12-24T08:00:00.000Z");
  expect(turn("2026-12-23T16:59:00+01:00")).toBeNull();
  // On the Saturday nothing would have left anyway, nor after the last of these days has shut.
  expect(turn("2026-12-25T17:00:00+01:00")).toBeNull();
  expect(turn("2026-12-26T10:00:00+01:00")).toBeNull();
});

test("the days are those of the reader's clock where the campaign goes by that, and of the hour at which they read", () => {
  const tokyo = { window: { ...window, zone: "Asia/Tokyo" }, zone: "Asia/Tokyo" };
  // There the window has shut already, and opens again in the night of Berlin.
  expect(turn("2026-12-23T12:00:00+01:00")).toBeNull();
  expect(turn("2026-12-23T12:00:00+01:00", tokyo)).toBe("2026-12-24T00:00:00.000Z");
  const reader = {
    zone: "Europe/Berlin",
    bestHours: { mon: 11, tue: 11, wed: 11, thu: 11, fri: 11, sat: 11, sun: 11 },
  };
  expect(turn("2026-12-23T12:30:00+01:00", reader)).toBe("2026-12-24T09:45:00.000Z");
  expect(turn("2026-12-22T12:30:00+01:00", reader)).toBeNull();
  expect(turn("2026-12-20T12:00:00+01:00", { notBefore: at("2026-12-25T08:00:00Z") })).toBe(
    "2026-12-25T08:00:00.000Z",
  );
});

test("on a day on which others keep the window shut no turn comes: it comes on the day after", () => {
  const closed = [{ from: "2026-12-23", to: "2026-12-23" }];
  expect(turn("2026-12-23T10:00:00+01:00", {}, { ...skipping, window: { ...window, closed } })).toBe(
    "2026-12-24T08:00:00.000Z",
  );
});
