import { expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { draftViews } from "./schema.ts";

test("each view of the drafts can be opened and counted, also where there are none", async () => {
  const { caller } = await newTenant();
  const { views } = await caller.drafts.counts({});
  expect(views).toEqual(Object.fromEntries(draftViews.map((view) => [view, 0])));
  for (const view of draftViews) expect((await caller.drafts.list({ view })).rows).toEqual([]);
});
