import { expect, test } from "vitest";
import { planProblems } from "./warnings.ts";

const now = new Date("2026-11-21T12:00:00Z");
const settings = { timezone: "Europe/Berlin" } as Parameters<typeof planProblems>[0]["settings"];
const at = (text: string) => new Date(text);
const codes = (
  campaign: { endsAt: Date | null; startsAt?: Date | null },
  forecast: { days: number; finishesAt: Date | null } | null = null,
) =>
  planProblems({ startsAt: null, settings, ...campaign }, { now, forecast }).map(({ code, severity }) => [
    code,
    severity,
  ]);

test("an end before the beginning refuses the launch; one before everybody is reached warns", () => {
  expect(codes({ endsAt: null })).toEqual([]);
  expect(codes({ endsAt: at("2026-11-21T11:59:00Z") })).toEqual([["ends_before", "blocker"]]);
  expect(codes({ endsAt: at("2026-12-01T00:00:00Z"), startsAt: at("2026-12-02T00:00:00Z") })).toEqual([
    ["ends_before", "blocker"],
  ]);
  const slow = { days: 15, finishesAt: at("2026-12-12T09:00:00Z") };
  expect(codes({ endsAt: at("2026-12-01T00:00:00Z") }, slow)).toEqual([
    ["ends_early", "warning"],
    ["slow", "warning"],
  ]);
  expect(codes({ endsAt: at("2027-01-01T00:00:00Z") }, { ...slow, days: 14 })).toEqual([]);
});
