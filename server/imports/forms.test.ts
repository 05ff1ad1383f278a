import { beforeAll, expect, test } from "vitest";
import { forms, text } from "./testing-forms.ts";
import { readFile } from "./testing-read.ts";
import { isCandidate } from "./validate.ts";

/** What becomes of the rows of a file, but for the places where they stand in it. */
async function rowsOf(...file: Parameters<typeof readFile>) {
  const { mapping, rows } = await readFile(...file);
  return {
    targets: mapping.map(({ target }) => target),
    rows: rows.map((row) => {
      if (!isCandidate(row)) return { row: row.row, code: row.code, value: row.value };
      const { line: _, raw: __, ...rest } = row;
      return rest;
    }),
  };
}

let expected: Awaited<ReturnType<typeof rowsOf>>;
beforeAll(async () => {
  expected = await rowsOf(text(",", "\n"));
  expect(expected.rows).toHaveLength(200);
  expect(expected.rows[0]).toMatchObject({
    custom: { zip: "00000", notes: "one\n“two” – 0", likes: ["Tea", "Jam"], badges: "b0|c0" },
    tags: ["vip", "news"],
  });
  expect(expected.rows[50]).toMatchObject({ code: "email_invalid" });
});

test.each(forms)("the same rows are read from $name", async ({ file, fileName, format }) => {
  expect(await rowsOf(await file(), fileName, format)).toEqual(expected);
});
