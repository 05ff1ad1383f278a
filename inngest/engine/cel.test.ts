import { expect, test } from "vitest";
import { equalityOf, expressionProblem, keyOf, matches, valueAt } from "./cel.ts";

const event = { name: "shop/order", data: { id: "a", n: 1, tags: ["x"], nested: { deep: true } } };
const holds = (expression: string, async?: unknown) => matches(expression, { event, async });

test("conditions compare the event that started the run with the one that arrives", () => {
  expect(holds("event.data.id == async.data.id", { data: { id: "a" } })).toBe(true);
  expect(holds("event.data.id == async.data.id", { data: { id: "b" } })).toBe(false);
  expect(holds("event.data.n > 0 && 'x' in event.data.tags && event.data.nested.deep")).toBe(true);
  expect(holds("event.data['id'].startsWith('a')")).toBe(true);
  expect(matches(undefined, { event })).toBe(true);
});

test("a missing key is null, as on the real server", () => {
  expect(holds("event.data.nope > 5")).toBe(false);
  expect(holds("event.data.nope == 'a' || event.data.n == 1")).toBe(true);
  expect(holds("event.data.nope != 'a'")).toBe(true);
  expect(holds("event.data.nope == null")).toBe(true);
  expect(holds("event.data.nope.deeper != 'a'")).toBe(true);
  expect(holds("has(event.data.nope)")).toBe(false);
  expect(holds("!has(event.data.nope) && event.data.other != 1")).toBe(true);
});

test("a key is text, whatever the value", () => {
  expect(keyOf("event.data.id", { event })).toBe("a");
  expect(keyOf("event.data.n", { event })).toBe("1");
  expect(keyOf("event.data.nope", { event })).toBe("null");
  expect(keyOf("event.data.id + '-' + string(event.data.n)", { event })).toBe("a-1");
});

test("the equality that an index can use is found wherever the whole depends on it", () => {
  const found = { event: ["event", "data", "k"], async: ["async", "data", "j"] };
  expect(equalityOf("event.data.k == async.data.j")).toEqual(found);
  expect(equalityOf("async.data.j == event.data.k && async.data.n > 1")).toEqual(found);
  expect(equalityOf("event.data.k == async.data.j || true")).toBeNull();
  expect(equalityOf("async.data.j == 'a'")).toBeNull();
  const at = (data: unknown) => valueAt(["async", "data", "j"], { async: { data } });
  expect(at({ j: "1" })).not.toBe(at({ j: 1 }));
  expect(at({})).toBe(at({ j: null }));
});

test("an expression that cannot be used is refused when it is registered", () => {
  expect(expressionProblem("event.data.a ==", ["event"])).toMatch(/./);
  expect(expressionProblem("evnt.data.a == 1", ["event"])).toBe("it uses `evnt`, but may use only event");
  expect(expressionProblem("event.data.tags.exists(tag, tag == 'x')", ["event"])).toBeNull();
  expect(expressionProblem("has(event.data.a) && async.data.b == 1", ["event", "async"])).toBeNull();
});
