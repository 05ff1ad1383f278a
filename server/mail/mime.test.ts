import fc from "fast-check";
import PostalMime from "postal-mime";
import { expect, test } from "vitest";
import { encodeAddress, encodeText, header } from "./headers.ts";
import { messageIdIn, rfcMessageId } from "./message-id.ts";
import { wholeBody } from "./mime.ts";
import { quotedPrintable, softBreak } from "./quoted-printable.ts";
import { systemMessage } from "./system.ts";

/** Text as people write it: quotes, commas, other scripts, emoji, long words, leading dots, trailing spaces, line ends. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 30 }),
      fc.constantFrom(
        '"quoted"',
        "a, b; c",
        ".",
        ".leading",
        "trailing \t",
        "Ünïcödé",
        "日本語テキスト",
        "👩‍👩‍👧",
        "=3D",
        "=?UTF-8?B?eA==?=",
        "<b>",
      ),
      fc.string({ minLength: 200, maxLength: 400 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(" ").replace(/[\p{Cc}\p{Cs}\p{Cn}\u2028\u2029\uFEFF]/gu, ""));
const lines = fc.array(text, { maxLength: 6 }).map((all) => all.join("\n"));
const parse = (raw: string) => PostalMime.parse(Buffer.from(raw));
const longest = (raw: string) => Math.max(...raw.split("\r\n").map((line) => Buffer.byteLength(line)));

test("a mail parser reads back the names, subject and bodies that were meant", async () => {
  await fc.assert(
    fc.asyncProperty(text, text, lines, lines, async (name, subject, body, html) => {
      const raw =
        header("From", encodeAddress({ name, email: "us@example.com" }))
        + header("Subject", encodeText(subject))
        + wholeBody(body, html);
      const parsed = await parse(raw);
      expect(parsed.from).toMatchObject({ name: name.trim(), address: "us@example.com" });
      expect(squeeze(parsed.subject)).toBe(squeeze(subject));
      expect(parsed.text).toBe(`${body}\n`);
      expect(parsed.html).toBe(`${html}\n`);
      expect(longest(raw)).toBeLessThanOrEqual(300);
    }),
    { numRuns: 300 },
  );
});
const squeeze = (value: string | undefined) => (value ?? "").replace(/\s+/g, " ").trim();

test("pieces joined by soft breaks decode to the pieces joined, in lines of at most 76 characters", () => {
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1 }), (pieces) => {
      const encoded = pieces.map(quotedPrintable).join(softBreak);
      expect(decode(encoded)).toBe(pieces.join("").replace(/\r\n|\r|\n/g, "\r\n"));
      expect(longest(encoded)).toBeLessThanOrEqual(76);
      expect(encoded).not.toMatch(/[ \t]\r\n/);
    }),
  );
});
function decode(encoded: string): string {
  const bytes = encoded
    .replaceAll(softBreak, "")
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

test("a merge value cannot start a header of its own", async () => {
  const parsed = await parse(
    header("To", encodeAddress({ name: "Eve\r\nBcc: all@example.com", email: "eve@example.com\r\nX: y" }))
      + header("Subject", encodeText("Hi\r\nX-Evil: 1\u2028x"))
      + wholeBody("x"),
  );
  expect(parsed.headers.map(({ key }) => key)).not.toContain("bcc");
  expect(parsed.headers.map(({ key }) => key)).not.toContain("x-evil");
});

test("a Message-ID names its row, and a forged one names none", () => {
  const id = "0190f3a0-1111-7222-8333-444455556666";
  const made = rfcMessageId(id, "news@bücher.example");
  expect(made).toMatch(/^<[0-9a-f]{32}\.[0-9a-f]{16}@xn--bcher-kva\.example>$/);
  expect(messageIdIn(made)).toBe(id);
  expect(messageIdIn(made.replace("0190", "0191"))).toBeNull();
  expect(messageIdIn("<whatever@example.com>")).toBeNull();
});

test("the product's own mail carries the text, and the action as a link in both parts", async () => {
  const url = "https://app.example.com/reset?token=a&b=c";
  const to = { name: 'Ada "the first" Lovelace', email: "ada@example.org" };
  const mail = {
    to,
    subject: "Reset your password",
    text: "Hello <Ada>\n\nClick.",
    action: { label: "Reset", url },
  };
  const parsed = await parse(
    systemMessage(mail, { name: "Postroad", email: "no-reply@example.com" }, new Date(0)),
  );
  expect(parsed.to?.[0]).toMatchObject({ name: 'Ada "the first" Lovelace', address: "ada@example.org" });
  expect(parsed.text).toContain(`Reset: ${url}`);
  expect(parsed.html).toContain("Hello &lt;Ada&gt;");
  expect(parsed.html).toContain('href="https://app.example.com/reset?token=a&amp;b=c"');
});
