import { expect, test } from "vitest";
import { shared } from "./sharing.ts";

/** Work that ends when it is told to. */
function held() {
  const goes: { items: readonly string[]; end: (error?: Error) => void }[] = [];
  const work = (items: readonly string[]) =>
    new Promise<string[]>((resolve, reject) => {
      const end = (error?: Error) => (error ? reject(error) : resolve(items.map((item) => `${item}!`)));
      goes.push({ items, end });
    });
  return { goes, work };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("what comes while work goes on goes together, no more than allowed, and each caller gets his own result", async () => {
  const { goes, work } = held();
  const share = shared(work, { keyOf: (item: string) => item, most: 2, lanes: 1 });
  const first = share("a");
  await turn();
  const later = ["b", "c", "d"].map(share);
  await turn();
  expect(goes.map(({ items }) => items)).toEqual([["a"]]);
  goes[0]?.end();
  expect(await first).toBe("a!");
  expect(goes[1]?.items).toEqual(["b", "c"]);
  goes[1]?.end();
  await turn();
  goes[2]?.end();
  expect(await Promise.all(later)).toEqual(["b!", "c!", "d!"]);
});

test("of two with one key the second goes later, and a failure is told to those whom it concerns", async () => {
  const { goes, work } = held();
  const share = shared(work, { keyOf: (item: string) => item.charAt(0), most: 9, lanes: 1 });
  const failing = [share("a1"), share("b1")].map((one) => expect(one).rejects.toThrow("away"));
  const second = share("a2");
  await turn();
  expect(goes[0]?.items).toEqual(["a1", "b1"]);
  goes[0]?.end(new Error("away"));
  await Promise.all(failing);
  expect(goes[1]?.items).toEqual(["a2"]);
  goes[1]?.end();
  expect(await second).toBe("a2!");
});

test("of two with one key the second waits for the first, also where another go could begin", async () => {
  const { goes, work } = held();
  const share = shared(work, { keyOf: (item: string) => item.charAt(0), most: 9, lanes: 2 });
  const first = share("a1");
  await turn();
  const others = [share("a2"), share("b1")];
  await turn();
  expect(goes.map(({ items }) => items)).toEqual([["a1"], ["b1"]]);
  goes[1]?.end();
  await turn();
  expect(goes).toHaveLength(2);
  goes[0]?.end();
  expect(await first).toBe("a1!");
  await turn();
  expect(goes[2]?.items).toEqual(["a2"]);
  goes[2]?.end();
  expect(await Promise.all(others)).toEqual(["a2!", "b1!"]);
});

test("a failure that may be one item's is told to that one only", async () => {
  const work = async (items: readonly string[]) => {
    await turn();
    if (items.includes("bad")) throw new Error("unreadable");
    return items.map((item) => `${item}!`);
  };
  const share = shared(work, {
    ...{ keyOf: (item: string) => item, most: 9, lanes: 1 },
    mayBeOnes: (error) => error instanceof Error && error.message === "unreadable",
  });
  const all = await Promise.allSettled(["a", "bad", "b"].map(share));
  expect(all.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)))).toEqual([
    ...["a!", "Error: unreadable", "b!"],
  ]);
  expect(await share("c")).toBe("c!");
});
