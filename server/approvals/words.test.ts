import { expect, test } from "vitest";
import type { Campaign } from "#server/campaigns/queries";
import { wordsIn } from "./words.ts";

type Step = Campaign["steps"][number];
const says = (given: Partial<Step>) => ({
  steps: [
    { subjectLine: "", previewText: "", emailContent: "", emailText: null, test: null, ...given } as Step,
  ],
});

test.each<[string, Partial<Step>, string[]]>([
  ["a word by itself, in any case", { subjectLine: "Big SALE today" }, ["sale"]],
  ["not as a part of another", { emailContent: "<p>Wholesale and freedom, ésale</p>" }, []],
  ["across markup and lines", { emailContent: "<p>black\n <b>Fri</b>day</p>" }, ["black friday"]],
  ["not in addresses of pictures", { emailContent: '<img src="https://x.test/sale.png" alt="">' }, []],
  ["beside a number", { emailText: "Now 50% off!" }, ["% off"]],
])("a word is found %s", (_what, given, found) => {
  expect(wordsIn(says(given), ["sale", "free", "black friday", "% off"])).toEqual(found);
});

test("what only a variant says is found too", () => {
  const variants = [{ weight: 1 }, { weight: 1, changes: { subjectLine: "A free month" } }];
  const tested = { subjectLine: "A month", test: { dimension: "subject", variants } as Step["test"] };
  expect(wordsIn(says(tested), ["free"])).toEqual(["free"]);
});
