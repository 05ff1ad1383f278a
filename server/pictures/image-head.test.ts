import fc from "fast-check";
import { expect, test } from "vitest";
import { imageHead } from "./image-head.ts";
import { pngBytes } from "./testing.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("the content says what a picture is and how large, whatever it is called", () => {
  expect(imageHead(pngBytes("x", { width: 640, height: 8 }))).toEqual({
    mime: "image/png",
    width: 640,
    height: 8,
  });
  expect(imageHead(hex("47494638 3961 2c01 c800 00 00 00"))).toEqual({
    mime: "image/gif",
    width: 300,
    height: 200,
  });
  // A JPEG with an application segment and a table of codes before its frame.
  const jpeg = "ffd8 ffe0 0004 0000 ffc4 0005 000000 ffff c2 0011 08 0190 0258 03 000000";
  expect(imageHead(hex(jpeg))).toEqual({ mime: "image/jpeg", width: 600, height: 400 });
});

test("what is no picture, cut off, or without a size is none, and nothing is read past the end", () => {
  for (const wrong of [
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "RIFF....WEBPVP8 ",
    "GIF89a",
    "\xff\xd8\xff",
  ])
    expect(imageHead(Buffer.from(wrong, "latin1"))).toBeNull();
  expect(imageHead(pngBytes("x", { width: 0 }))).toBeNull();
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom("ffd8", "89504e470d0a1a0a", ""),
      (tail, start) => {
        const found = imageHead(Uint8Array.from([...hex(start), ...tail]));
        if (found) expect(Math.min(found.width, found.height)).toBeGreaterThan(0);
      },
    ),
  );
});
