import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { pour } from "./pour.ts";

async function* chunks() {
  for (let n = 0; n < 100; n++) {
    await setImmediate();
    yield `${n},`;
  }
}

test("everything is written, at the reader's speed, and the stream stays open", async () => {
  const into = new PassThrough({ highWaterMark: 10 });
  const read = text(into);
  await pour(chunks(), into);
  expect(into.writableEnded).toBe(false);
  into.end();
  expect(await read).toBe(Array.from({ length: 100 }, (_, n) => `${n},`).join(""));
});

test("a reader that goes while it is waited for ends the writing", async () => {
  const into = new PassThrough({ highWaterMark: 10 });
  const pouring = pour(chunks(), into);
  for (let n = 0; n < 50; n++) await setImmediate();
  expect(into.writableNeedDrain).toBe(true);
  into.destroy();
  await expect(pouring).rejects.toMatchObject({ code: "unavailable" });
});

test("a reader that fails says why", async () => {
  const into = new PassThrough({ highWaterMark: 10 });
  const pouring = pour(chunks(), into);
  for (let n = 0; n < 50; n++) await setImmediate();
  into.destroy(new Error("No space left"));
  await expect(pouring).rejects.toThrow("No space left");
});
