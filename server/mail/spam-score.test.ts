import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { spamScoreOf } from "./spam-score.ts";
import { spamdMissing, startSpamd } from "./testing-spamd.ts";

const port = 20_410 + Number(process.env.VITEST_POOL_ID ?? 0);
const address = `127.0.0.1:${port}`;
let spamd: Awaited<ReturnType<typeof startSpamd>> | undefined;

if (spamdMissing) console.warn(spamdMissing);
beforeAll(async () => {
  if (!spamdMissing) spamd = await startSpamd(port);
}, 60_000);
afterAll(() => spamd?.stop());
const withSpamd = test.skipIf(spamdMissing !== null);

const mail = (body: string) =>
  Buffer.from(
    [
      "From: Ana <ana@acme.example>",
      "To: ada@example.com",
      "Subject: The minutes of Monday",
      "Date: Sun, 22 Nov 2026 09:00:00 +0000",
      "Message-ID: <018f2c3a-7d11-7000-8000-000000000001@acme.example>",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "",
      body,
      "",
    ].join("\r\n"),
  );

/** The test mail that every SpamAssassin takes for spam. */
const gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

withSpamd("a real filter scores a mail, and says for what", async () => {
  const honest = await spamScoreOf(mail("Hello Ada,\r\n\r\nhere are the minutes of Monday."), address);
  expect(honest.points).toBeLessThan(honest.threshold);
  expect(honest.threshold).toBe(5);
  const spam = await spamScoreOf(mail(gtube), address);
  expect(spam.points).toBeGreaterThanOrEqual(1_000);
  expect(spam.rules[0]).toEqual({
    name: "GTUBE",
    points: 1_000,
    description: "BODY: Generic Test for Unsolicited Bulk Email",
  });
});

withSpamd("a mail with files is scored by its beginning", async () => {
  const large = mail(`${gtube}\r\n${`${"x".repeat(76)}\r\n`.repeat(20_000)}`);
  expect((await spamScoreOf(large, address)).points).toBeGreaterThanOrEqual(1_000);
});

/** A server that says this to whoever comes; null is nothing. */
async function saying(words: string | null) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined).resume();
    if (words !== null) socket.end(words);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a report is read with what goes on in a second line, without what gives no points", async () => {
  const report = [
    "SPAMD/1.1 0 EX_OK",
    "Content-length: 1",
    "Spam: False ; -0.4 / 6.5",
    "",
    "Content analysis details:   (-0.4 points, 6.5 required)",
    "",
    " pts rule name              description",
    "---- ---------------------- --------------------------------------------------",
    "-1.0 ALL_TRUSTED            Passed through trusted hosts only via SMTP",
    " 0.0 URIBL_BLOCKED          ADMINISTRATOR NOTICE: the query to URIBL was",
    "                            blocked.",
    " 0.6 HTML_IMAGE_ONLY_04     BODY: HTML: images with 0-400 bytes of",
    "                            words",
  ].join("\r\n");
  expect(await spamScoreOf(mail("Hi"), await saying(report))).toEqual({
    points: -0.4,
    threshold: 6.5,
    rules: [
      {
        name: "HTML_IMAGE_ONLY_04",
        points: 0.6,
        description: "BODY: HTML: images with 0-400 bytes of words",
      },
      { name: "ALL_TRUSTED", points: -1, description: "Passed through trusted hosts only via SMTP" },
    ],
  });
});

test.each<[string, string | null, RegExp]>([
  ["refuses", "SPAMD/1.0 76 Bad header line: (Content-length)\r\n", /answered “76 Bad header line/],
  ["is something else", "220 smtp.acme.example ESMTP\r\n", /answered “”/],
  ["says no score", "SPAMD/1.1 0 EX_OK\r\n\r\n", /without a score/],
  ["goes away", "", /answered “”/],
  ["is silent", null, /within 0.2 seconds.*SPAMD_ADDRESS/],
])("one that %s is told of", async (_, words, message) => {
  const refused = spamScoreOf(mail("Hi"), await saying(words), 200);
  await expect(refused).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(message) as string,
  });
});

test("one that is not there is told of with its address", async () => {
  await expect(spamScoreOf(mail("Hi"), "127.0.0.1:1")).rejects.toThrow(
    /The spam filter at 127\.0\.0\.1:1 gave no answer \(.*ECONNREFUSED/,
  );
});
