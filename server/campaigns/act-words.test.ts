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
  ["campaign.people_paused", { people: 1 }, "1 person paused", null],
  ["campaign.people_resumed", { people: 2 }, "2 people resumed", null],
  ["campaign.people_removed", { people: 1200 }, "1,200 people taken out", null],
  ["campaign.step_skipped", { people: 1 }, "1 person moved on to the next step", null],
  ["campaign.some_day", { why: 7 }, "Some day", null],
])("%s with %j is told as “%s”", (action, facts, title, detail) => {
  expect(actWords(action, facts)).toEqual({ title, detail, moment: null });
});

test.each([
  ["campaign.scheduled", { startsAt: "2026-12-01T08:00:00.000Z", people: 3 }, "Scheduled"],
  ["campaign.end_set", { endsAt: "2026-12-01T08:00:00.000Z" }, "End date set"],
])("%s with %j is told as “%s”, with the time", (action, facts, title) => {
  const moment = new Date("2026-12-01T08:00:00Z");
  expect(actWords(action, facts)).toEqual({ title, detail: null, moment });
});
