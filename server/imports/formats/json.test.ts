import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flatten, parseFaithfully } from "./flatten.ts";
import { type JsonItem, readJson, readJsonHead, readNdjson } from "./json.ts";
import { bufferSource } from "./source.ts";

const person = (n: number) => ({ email: `p${n}@example.com`, name: `Zoë "${n}" {[,]}`, n });
const people = Array.from({ length: 6 }, (_, n) => person(n));
const emailsOf = (items: JsonItem[]) => items.map(({ cells }) => cells?.get("email") ?? null);
const binary = (text: string) => Buffer.from(text).toString("latin1");

async function inPieces(
  read: (pieces: AsyncIterable<Buffer>) => AsyncIterable<JsonItem[]>,
  text: string,
  size: number,
): Promise<JsonItem[]> {
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size)
      yield* bufferSource(bytes).stream(at, Math.min(bytes.length, at + size));
  }
  const items: JsonItem[] = [];
  for await (const batch of read(pieces())) items.push(...batch);
  return items;
}

const plain = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "é", '"', "\\", "{", "}", "[", "]", ",", "\n", "日"),
    maxLength: 6,
  }),
  fc.double(),
  fc.constantFrom(null, true),
);
const object = fc.dictionary(
  fc.constantFrom("a", "b", "é", 'say "x"'),
  fc.oneof(plain, fc.array(plain, { maxLength: 3 }), fc.dictionary(fc.constantFrom("c", "d"), plain)),
);

test("a list read in pieces of any size gives the items of the whole", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(object, { maxLength: 6 }),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom(0, 2),
      async (items, size, indent) => {
        const text = JSON.stringify(items, null, indent);
        const read = await inPieces(readJson, text, size);
        expect(read).toMatchObject(
          items.map((item, at) => ({
            line: at + 1,
            cells: flatten(JSON.parse(JSON.stringify(item)) as object),
          })),
        );
        const lines = items.map((item) => JSON.stringify(item)).join("\n");
        expect(await inPieces(readNdjson, lines, size)).toEqual(read);
      },
    ),
    { numRuns: 150 },
  );
});

describe("every single-byte corruption of a list costs what it touches", () => {
  const lists = { minified: JSON.stringify(people), indented: JSON.stringify(people, null, 1) };
  test.each(Object.entries(lists))("%s", (_, text) => {
    const whole = binary(text);
    for (let at = 0; at < whole.length; at++) {
      for (const byte of ["\u0000", "x", '"', "{", "}", ",", "\\", "\n", "\u00ff"]) {
        const items = readJsonHead(whole.slice(0, at) + byte + whole.slice(at + 1), true, null);
        const intact = emailsOf(items).filter((email) => people.some((each) => each.email === email));
        // The item of the byte, at most the one that its damage runs into, and never silently.
        expect(intact.length, `${JSON.stringify(byte)} at ${at}`).toBeGreaterThanOrEqual(people.length - 2);
        if (intact.length < people.length)
          expect(items.length - intact.length, `${JSON.stringify(byte)} at ${at}`).toBeGreaterThan(0);
      }
    }
  });
});

test("a list that breaks off keeps what came before and says so", () => {
  const text = binary(JSON.stringify(people));
  for (let end = 2; end < text.length; end++) {
    const items = readJsonHead(text.slice(0, end), true, null);
    expect(items.at(-1)?.problem?.code).toBe("json_broken");
    expect(items.filter(({ cells }) => cells).length).toBeGreaterThanOrEqual(Math.floor(end / 70) - 1);
  }
});

test("a broken line of NDJSON costs itself, and lines keep their numbers", async () => {
  const text = `${JSON.stringify(person(1))}\n\n{"email": nope}\n[1]\n${JSON.stringify(person(2))}`;
  const items = await inPieces(readNdjson, text, 7);
  expect(items.map(({ line, cells }) => [line, Boolean(cells)])).toEqual([
    [1, true],
    [3, false],
    [4, false],
    [5, true],
  ]);
  expect(items[2]?.problem?.message).toMatch(/A contact is an object/);
});

test("a string that never ends swallows a megabyte at most, and a file full of them is given up in time", async () => {
  const text = `[${'{"a":"x'.repeat(1000)}${"y".repeat(3_000_000)}`;
  const started = performance.now();
  const items = await inPieces(readJson, text, 65_536);
  expect(items.every(({ problem }) => problem)).toBe(true);
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("objects within objects become names with dots, lists are joined, and nothing is lost", () => {
  const item = {
    email: "a@example.com",
    address: { city: "Ulm", geo: { lat: 1.5 } },
    tags: ["vip", "a|b"],
    orders: [{ id: 1 }],
    none: null,
    yes: true,
    deep: { a: { b: { c: { d: { e: { f: 1 } } } } } },
  };
  expect(Object.fromEntries(flatten(item))).toEqual({
    email: "a@example.com",
    "address.city": "Ulm",
    "address.geo.lat": "1.5",
    tags: "vip|a\\|b",
    orders: '[{"id":1}]',
    none: "",
    yes: "true",
    "deep.a.b.c.d.e": '{"f":1}',
  });
});

test("numbers come as they are written", () => {
  const read = parseFaithfully(
    '{"a": 1.50, "b": 12345678901234567890, "c": 1e3, "d": -0, "e": 7, "f": [2.0]}',
  );
  expect(Object.fromEntries(flatten(read as object))).toEqual({
    a: "1.50",
    b: "12345678901234567890",
    c: "1e3",
    d: "-0",
    e: "7",
    f: "2.0",
  });
});

test("half of a surrogate pair becomes a damaged character, which can be stored and is reported", () => {
  expect(flatten(parseFaithfully('{"a\\ud800": "b\\udfff"}') as object)).toEqual(
    new Map([["a\ufffd", "b\ufffd"]]),
  );
});
