import { expect, test } from "vitest";
import { automaticWeight, healthOf, unfitness } from "./standing.ts";

test("health falls by two points for a per cent that bounced and five for one that complained, from fifty emails on", () => {
  expect(healthOf({ sent: 49, bounced: 49, complained: 49 })).toBe(100);
  expect(healthOf({ sent: 100, bounced: 2, complained: 1 })).toBe(91);
  expect(healthOf({ sent: 100, bounced: 60, complained: 10 })).toBe(0);
});

test("a pool's mailbox is fit up to 2.5 % that bounced and from a health of 85 on", () => {
  expect(unfitness({ sent: 1000, bounced: 25, complained: 0 })).toBeNull();
  expect(unfitness({ sent: 1000, bounced: 26, complained: 0 })).toMatch(/^2\.6 % .* 2\.5 % may$/);
  expect(unfitness({ sent: 100, bounced: 0, complained: 3 })).toBeNull();
  expect(unfitness({ sent: 100, bounced: 1, complained: 3 })).toMatch(/health is 83 of 100/);
  expect(unfitness({ sent: 49, bounced: 40, complained: 9 })).toBeNull();
});

test("an automatic share counts the health for six tenths and the warm-up for three", () => {
  expect(automaticWeight({ sent: 0, bounced: 0, complained: 0 }, 1)).toBeCloseTo(0.9, 10);
  // A health of 90, and a warm-up that lets it send a quarter of its limit.
  expect(automaticWeight({ sent: 100, bounced: 5, complained: 0 }, 0.25)).toBeCloseTo(0.54 + 0.075, 10);
});
