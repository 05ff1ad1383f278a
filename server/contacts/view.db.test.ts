import { expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { contactSorts, pageSize } from "./schema.ts";

const gone = "01890000-0000-7000-8000-000000000000";

async function workspace() {
  const { caller } = await newTenant();
  await caller.customFields.create({ label: "Seats", type: "number" });
  await caller.customFields.create({ label: "Renewal", type: "date" });
  await caller.customFields.create({ label: "Plan", type: "select", options: ["Pro", "Free"] });
  for (const [name, seats] of [
    ["ada", "5"],
    ["bob", "50"],
  ] as const)
    await caller.contacts.create({ email: `${name}@example.com`, first_name: name, custom: { seats } });
  /** Whom a URL shows, and what of it is refused. */
  const shown = async (query: Record<string, unknown>) => {
    const { view, refused } = await caller.contacts.readView(query);
    const { rows } = await caller.contacts.list(view);
    return { names: rows.map(({ name }) => name).sort(), refused };
  };
  return { caller, shown };
}

test("a part of a URL that cannot be is named and left out, and the others still count", async () => {
  const { shown } = await workspace();
  const wrong: [part: string, typed: string | string[], problem: RegExp][] = [
    ["custom.seats", "many", /^Seats: "many" is not a number\. Write it like 1234\.5\.$/],
    ["custom.seats", "5..lots", /^Seats: "lots" is not a number/],
    ["custom.renewal", "31.1.2026", /^Renewal: "31\.1\.2026" is not a day\. Write it like 2026-01-31\.$/],
    ["custom.plan", "Gold", /^Plan: "Gold" is not one of the options: Pro, Free\.$/],
    ["custom.nothing", "x", /no custom field "nothing"/],
    ["custom.No such", "x", /^"x" is not what can be looked for/],
    ["custom.plan", "\0", /is not what can be looked for/],
    ["q", "\0", /is not what can be looked for/],
    ["q", "\ud800", /is not what can be looked for/],
    ["q", "x".repeat(201), /^"x{40}…" is not what can be looked for: write 1 to 200/],
    ["tag", ["vip", "\0"], /is not what can be looked for/],
    ["status", "gone", /^"gone" is not a status\. These are: active, /],
    ["stage", ["new", "old"], /is not a stage\. These are: new, /],
    ["scoreMin", "101", /^"101" is not a score: write a whole number from 0 to 100\.$/],
    [
      "addedTo",
      "12026-01-31",
      /^"12026-01-31" is not a day that can be looked for.* of the years 1 to 9999\.$/,
    ],
    ["activeFrom", "0000-01-31", /of the years 1 to 9999/],
    ["addedFrom", "2026-02-31", /is not a day/],
    ["list", gone, /^This list or segment is gone\.$/],
    ["segment", "some", /^"some" is no list or segment\.$/],
  ];
  for (const [part, typed, problem] of wrong) {
    const query = { ...(part.endsWith("seats") ? { q: "bob" } : { "custom.seats": "..10" }), [part]: typed };
    const { names, refused } = await shown(query);
    expect({ part, names, refused: Object.keys(refused) }).toEqual({
      part,
      names: [part.endsWith("seats") ? "bob" : "ada"],
      refused: [part],
    });
    expect(refused[part]?.problem).toMatch(problem);
    expect(refused[part]?.typed).toBe(typeof typed === "string" ? typed : JSON.stringify(typed));
  }
  const all = Object.fromEntries(wrong.map(([part, typed]) => [part, typed]));
  expect((await shown(all)).names).toEqual(["ada", "bob"]);
});

test("the furthest days that can be written are looked for", async () => {
  const { shown } = await workspace();
  const everybody = { names: ["ada", "bob"], refused: {} };
  expect(await shown({ addedFrom: "0001-01-01", addedTo: "9999-12-31" })).toEqual(everybody);
  expect(await shown({ addedFrom: "9999-12-31" })).toEqual({ names: [], refused: {} });
  expect(await shown({ activeTo: "0001-01-01" })).toEqual({ names: [], refused: {} });
});

test("a place in the list that nobody was given is the first page", async () => {
  const { caller } = await workspace();
  const keys = [
    "\0",
    "x\ud800",
    "9999-99-99 99:99:99+99",
    "0000-01-01 00:00:00+00",
    "2026-01-31 00:00:00+99",
    "999",
  ];
  for (const sort of contactSorts)
    for (const key of keys) {
      const after = Buffer.from(JSON.stringify([sort, key, gone])).toString("base64url");
      const page = await caller.contacts.list({ sort, after });
      expect(page.rows.length).toBeLessThanOrEqual(pageSize);
    }
});
