import { expect, test } from "vitest";
import { actWords } from "./act-words.ts";

test.each([
  ["campaign.paused", { why: "Wrong price." }, "Paused", "Wrong price."],
  ["campaign.paused", null, "Paused", null],
  ["campaign.launched", { people: 1 }, "Launched to 1 person", null],
  ["campaign.launched", { repeatOf: "x", startsAt: "y" }, "Launched as a repeat", null],
  ["campaign.end_set", { endsAt: null }, "End date taken away", null],
  ["campaign.approval_rejected", { comment: "Too long." }, "Approval refused", "Too long."],
  ["campaign.test_decided", { winner: null }, "Test stopped", null],
  ["campaign.some_day", { why: 7 }, "Some day", null],
])("%s with %j is told as “%s”", (action, facts, title, detail) => {
  expect(actWords(action, facts)).toEqual({ title, detail });
});
