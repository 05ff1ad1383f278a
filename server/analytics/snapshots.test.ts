import { expect, test } from "vitest";
import { follow } from "./snapshots.ts";

/** Counts as slowly as a big campaign would, and how often it did. */
function counter() {
  const state = { value: 1, times: 0 };
  const count = async () => {
    state.times += 1;
    await new Promise((done) => setTimeout(done, 30));
    return { value: state.value, countedAt: new Date(state.times) };
  };
  return { state, count };
}

test("however many ask at once, it is counted once, and not again at once", async () => {
  const { state, count } = counter();
  const answers = await Promise.all(Array.from({ length: 100 }, () => follow("many", undefined, count)));
  await follow("many", undefined, count);
  expect(state.times).toBe(1);
  expect(new Set(answers.map(({ version }) => version)).size).toBe(1);
});

test("whoever has seen it is told nothing, until the numbers and not only their time are others", async () => {
  const { state, count } = counter();
  const { version } = await follow("seen", undefined, count);
  const kept = async () => (await follow("seen", version, count)).value;
  expect(await kept()).toBeNull();
  await expect.poll(async () => [await kept(), state.times], { interval: 20 }).toEqual([null, 2]);
  state.value = 2;
  await expect.poll(kept, { interval: 20 }).toMatchObject({ value: 2 });
});

test("a count that fails is told to those who wait, and made again for the next", async () => {
  const { state, count } = counter();
  const failing = () => Promise.reject(new Error("no database"));
  await expect(follow("failing", undefined, failing)).rejects.toThrow("no database");
  expect((await follow("failing", undefined, count)).value).toMatchObject({ value: 1 });
  expect(state.times).toBe(1);
});
