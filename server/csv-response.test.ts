import { expect, test } from "vitest";
import { csvResponse } from "./csv-response.ts";

const pages = ["a\n", "", "b\n", "c\n"].map((lines, at) => ({ lines, next: at < 3 ? at + 1 : null }));

test("a file has its header once and every page in order, whatever is empty", async () => {
  const asked: number[] = [];
  const more = async (after: number) => {
    asked.push(after);
    return pages[after] ?? { lines: "", next: null };
  };
  const options = { fileName: "rows.csv", header: "email\n", more };
  const answer = csvResponse(pages[0] ?? { lines: "", next: null }, options);
  expect(answer.headers.get("content-disposition")).toBe('attachment; filename="rows.csv"');
  expect(await answer.text()).toBe("email\na\nb\nc\n");
  expect(asked).toEqual([1, 2, 3]);
  expect(await csvResponse({ lines: "only\n", next: null }, options).text()).toBe("email\nonly\n");
});

test("a page that fails breaks the file off instead of ending it", async () => {
  const more = () => Promise.reject(new Error("gone"));
  await expect(csvResponse({ lines: "a\n", next: 1 }, { fileName: "a.csv", more }).text()).rejects.toThrow(
    "gone",
  );
});
