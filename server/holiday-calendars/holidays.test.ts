import { expect, test } from "vitest";
import { holidaysOf } from "./holidays.ts";

test.each([
  ["IS", "Christmas Eve", "2027-12-24"],
  ["CN", "Youth Day", "2027-05-04"],
])("half a day off in %s is kept on its own day: %s", async (country, name, day) => {
  const days = await holidaysOf({ country, region: "" }, [2027]);
  expect(days.filter((one) => one.name === name)).toEqual([{ name, startsOn: day, endsOn: day }]);
});
