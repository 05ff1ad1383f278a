import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { openTransport } from "#server/mail/smtp";
import { freePort } from "#server/messages/testing-sinks";
import { fateOf } from "./plan.ts";
import { followHistory } from "./sink-history.ts";

test("what the mail server took stands in its history, once, whether or not the sender was told; nothing else does", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sink-"));
  const file = path.join(folder, "history.ndjson");
  const port = await freePort();
  const sink = fork(path.join(import.meta.dirname, "sink.ts"), [String(port), file, "3"], { execArgv: [] });
  const history = followHistory(file);
  try {
    await once(sink, "message");
    const transport = openTransport({ host: "127.0.0.1", port, security: "none", trusted: true }, 8);
    const mails = Array.from({ length: 240 }, (_, n) => ({
      id: `${n}`,
      envelope: { from: "ana@example.test", to: `p${n}@example.test` },
      raw: Buffer.from(`Message-ID: <m${n}@example.test>\r\nSubject: Hello\r\n\r\nHi\r\n`),
    }));
    const results = await transport.send(mails);
    transport.close();
    const entries = history.next();
    const taken = new Set(entries.flatMap(({ event, messageId }) => (event === "taken" ? [messageId] : [])));
    const expected = {
      take: ["sent", true],
      "take and leave": ["unknown", true],
      "leave within": ["unknown", false],
      "put off": ["deferred", false],
      "put off whole": ["deferred", false],
      refuse: ["failed", false],
    };
    for (const { id, outcome } of results) {
      const { fate } = fateOf(3, `p${id}@example.test`, 1);
      // Left before the message was there: it is tried again on another connection.
      if (fate === "leave") continue;
      expect([id, fate, outcome, taken.has(`<m${id}@example.test>`)]).toEqual([id, fate, ...expected[fate]]);
    }
    expect(entries.filter(({ event }) => event === "taken").length).toBe(taken.size);
    expect(taken.size).toBeGreaterThan(220);
  } finally {
    history.close();
    sink.kill();
    rmSync(folder, { recursive: true });
  }
});
