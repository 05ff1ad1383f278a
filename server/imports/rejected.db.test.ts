import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { correctRows } from "./correct.ts";
import { check, importFile, type TestTenant } from "./testing.ts";
import { readRecords } from "./csv.ts";

const header = "email,company,city";
const broken = [`ada@x.test,Acme, Inc,Berlin,x`, `"bob"by@x.test,Bobs,Lyon`, `cy@x.test,"never closed,Cork`];
const file = [header, "good@x.test,Good,Graz", ...broken, "bad,Bad,Brno", "null@x.test,N\0ll,Oslo\n"].join(
  "\n",
);

const rejectedOf = async (tenant: TestTenant, id: string) => {
  const { header: names, lines } = await tenant.caller.imports.rejected({ id, after: 0 });
  return names + lines;
};
const cellsOf = (text: string) =>
  readRecords(
    Buffer.from(text.slice(1), "utf8").toString("latin1"),
    { delimiter: ",", newline: "\n" },
    {
      line: 1,
      final: true,
    },
  ).records.map(({ fields = [] }) => fields);
const rowsOf = async (tenant: TestTenant, id: string, code: string) =>
  (await tenant.caller.imports.badRows({ id, code })).rows;

test("whatever stands in a row that cannot be read comes back, is refused again as it is, and goes in once mended", async () => {
  const tenant = await newTenant();
  const first = await importFile(tenant, file);
  expect(first).toMatchObject({ created: 1, errors: 5 });
  const text = await rejectedOf(tenant, first.id);
  const rows = cellsOf(text);
  expect(rows[0]).toEqual([
    ...["postroad_line", "postroad_problem", "email", "company", "city"],
    ...["postroad_rest_1", "postroad_rest_2"],
  ]);
  expect(rows.slice(1).map(([line, , ...cells]) => [line, ...cells])).toEqual([
    ["3", "ada@x.test", "Acme", " Inc", "Berlin", "x"],
    ["4", "", "", "", broken[1]],
    ["5", "", "", "", broken[2]],
    ["6", "bad", "Bad", "Brno"],
    ["7", "null@x.test", "N\ufffdll", "Oslo"],
  ]);

  const again = await importFile(tenant, text);
  expect(again).toMatchObject({ created: 0, errors: 5, totalRows: 5 });
  const without = (lines: string[][]) => lines.map(([, , ...cells]) => cells);
  expect(without(cellsOf(await rejectedOf(tenant, again.id)))).toEqual(without(rows));

  // Cells with too many values are joined, and what is behind them moves up; a line is laid into its cells.
  const mended = text
    .replace('Acme," Inc",Berlin,x', '"Acme, Inc",Berlin')
    .replace(/,,,("""bob.*")\r/, "bobby@x.test,Bobs,Lyon\r")
    .replace(/,,,("cy@.*")\r/, "cy@x.test,never closed,Cork\r");
  expect(await importFile(tenant, mended)).toMatchObject({ created: 3, errors: 2 });
  const { rows: people } = await tenant.caller.contacts.list({ sort: "email" });
  expect(people.map(({ email, company }) => [email, company]).sort()).toEqual([
    ["ada@x.test", "Acme, Inc"],
    ["bobby@x.test", "Bobs"],
    ["cy@x.test", "never closed"],
    ["good@x.test", "Good"],
  ]);
});

test("what belongs to no column is shown where rows are corrected, and the row goes in once it is dropped", async () => {
  const tenant = await newTenant();
  const { id } = await importFile(tenant, file);
  expect(await rowsOf(tenant, id, "quote_stray")).toMatchObject([{ line: 4, cells: [], text: broken[1] }]);
  expect(await rowsOf(tenant, id, "quote_unclosed")).toMatchObject([{ line: 5, cells: [], text: broken[2] }]);
  expect(await rowsOf(tenant, id, "too_many_values")).toMatchObject([
    { line: 3, cells: ["ada@x.test", "Acme", " Inc", "Berlin", "x"], text: null },
  ]);
  const correct = (cells: string[]) =>
    withTenant(tenant.scope, (tx) => correctRows(tx, { id, rows: [{ line: 3, cells }] }, tenant.userId));
  expect(await correct(["ada@x.test", "Acme, Inc", "Berlin", "Berlin", "x"])).toMatchObject({ rejected: 1 });
  expect(await correct(["ada@x.test", "Acme, Inc", "Berlin"])).toMatchObject({ imported: 1 });
});

test("a row that lost a delimiter is told in the check, wherever it stands", async () => {
  const tenant = await newTenant();
  const people = Array.from({ length: 1500 }, (_, n) => `p${n}@x.test,P${n},Graz`);
  people[1400] = "lost@x.testxLost,Linz";
  const { forecast } = await check(tenant, [header, ...people].join("\n"));
  expect(forecast).toMatchObject({
    rows: 1500,
    created: 1500,
    warnings: expect.arrayContaining([
      expect.objectContaining({
        code: "too_few_values",
        rows: 1,
        examples: [expect.objectContaining({ line: 1402, value: "lost@x.testxLost | Linz" })],
      }),
    ]) as unknown[],
  });
});

test("an object that is no JSON comes back as it stands in its file", async () => {
  const tenant = await newTenant();
  const object = '{"email": "b@x.test", "note": "half}';
  const lines = ['{"email": "a@x.test", "note": "x"}', object, '{"email": "c@x.test", "note": "y"}'];
  const { id, errors } = await importFile(tenant, lines.join("\n"), { fileName: "people.ndjson" });
  expect(errors).toBe(1);
  const [, row] = cellsOf(await rejectedOf(tenant, id));
  expect(row?.slice(2)).toEqual(["", "", object]);
});
