import { expect, test } from "vitest";
import type { TestDimension } from "#server/ab-tests/schema";
import {
  awaitedDrafts,
  exampleWords,
  firstAtWords,
  firstEmailSentence,
  isEarliest,
  reviewedWords,
  testWords,
} from "./launch-words.ts";

const planned = { atOnce: true, firstAtText: "Mon 23 Mar, 09:00", test: null };
const later = { ...planned, atOnce: false };
const tested = { ...planned, test: { sample: 200, others: 4_800, durationMinutes: 240 } };
const review = { days: 14, otherwise: "skip", instructions: "", unreviewed: false } as const;
const sentence = { drafts: null, goesOn: false, zone: "Europe/Berlin" };

test("an email that nothing keeps leaves right away, and one that has a time then", () => {
  expect([planned, later].map((each) => firstAtWords(each, null))).toEqual([
    "Right away",
    "Mon 23 Mar, 09:00",
  ]);
  expect([planned, later].map((each) => firstEmailSentence(each, sentence))).toEqual([
    "The first email leaves right away.",
    "The first email leaves Mon 23 Mar, 09:00 (Europe/Berlin).",
  ]);
  expect(isEarliest(planned, null)).toBe(false);
});

test("an email that is reviewed one by one leaves when its drafts are approved", () => {
  const wait = { type: "wait", review: null } as const;
  const drafts = awaitedDrafts([wait, { type: "email", review }]);
  expect(awaitedDrafts([{ type: "email", review: null }])).toBeNull();
  expect(
    awaitedDrafts([{ type: "email", review: { ...review, unreviewed: true, instructions: "Write" } }]),
  ).toBe("when its drafts are written or approved");
  expect([planned, later].map((each) => firstAtWords(each, drafts))).toEqual([
    "When its drafts are approved",
    "When its drafts are approved, Mon 23 Mar, 09:00 at the earliest",
  ]);
  expect(firstEmailSentence(planned, { ...sentence, drafts })).toBe(
    "The first email leaves when its drafts are approved.",
  );
  expect(isEarliest(planned, drafts)).toBe(true);
});

test("the times of emails that are reviewed are said to be the earliest, also of those that nobody has to approve", () => {
  const unreviewed = { ...review, unreviewed: true, instructions: "Write" };
  expect(reviewedWords([{ type: "email", review: null }])).toBeNull();
  expect(reviewedWords([{ type: "email", review }])).toMatch(/leave when they are approved: their times/);
  const both = [review, unreviewed].map((each) => ({ type: "email", review: each }) as const);
  expect(reviewedWords(both)).toMatch(/leave when they are written or approved: their times/);
});

test("an email that is tested reaches all but its sample when a winner is found", () => {
  expect(firstEmailSentence(tested, sentence)).toBe(
    "The first email leaves right away. 200 people get it from then on, as the sample of its test; the others when a winner is found, 4 hours after the sample’s last email at the earliest.",
  );
  expect(isEarliest(tested, null)).toBe(true);
  const whole = { ...tested, test: { ...tested.test, others: 0 } };
  expect(testWords(whole, false)).toBeNull();
  expect(isEarliest(whole, null)).toBe(false);
  expect(testWords(whole, true)).toMatch(/^The first people to come get it from then on; the others when/);
});

test("the times that are listed are said to be examples where those of others could stand there", () => {
  const of = (dimension: TestDimension) => [
    { type: "wait", test: null } as const,
    { type: "email", test: { dimension } } as const,
  ];
  const [some, all] = [tested.test, { ...tested.test, others: 0 }];
  const words = (dimension: TestDimension, goesOn: boolean, test: typeof some | null) =>
    exampleWords({ steps: of(dimension), goesOn }, test);
  expect(words("subject", false, null)).toBeNull();
  expect(words("subject", false, some)).toMatch(
    /^Who is in the sample of the test, and who waits for the winner/,
  );
  // Everybody gets one variant or the other, at the same time.
  expect(words("subject", false, all)).toBeNull();
  expect(words("send_time", false, all)).toMatch(/^Who gets which variant is drawn/);
  expect(words("subject", true, all)).toMatch(/^The first people to come are the sample/);
  const later = [{ type: "email", test: null } as const, ...of("subject")];
  expect(exampleWords({ steps: later, goesOn: false }, null)).toMatch(
    /^Later emails that are tested are listed as if/,
  );
});
