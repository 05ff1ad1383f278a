import { createServer, type Socket } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openTransport } from "./smtp.ts";
import type { OutgoingMail } from "./smtp-transaction.ts";

/** What the server does at one point of the conversation. */
type Act = "agree" | "defer" | "fail" | "cut" | "garbage" | "goodbye" | "chatter";
type Script = { acts: Act[]; pipelining: boolean; piece: number };

/** What became of each recipient's message on the server: its bytes as they were meant, and whether it was taken. */
type Seen = { begun: Set<string>; taken: Map<string, string[]>; refused: Set<string> };

/** A mail server that follows its script over all its connections, and answers in pieces of `piece` bytes. */
async function unreliable({ acts, pipelining, piece }: Script) {
  const seen: Seen = { begun: new Set(), taken: new Map(), refused: new Set() };
  const rest = [...acts];
  const server = createServer((socket) => converse(socket, { seen, rest, pipelining, piece }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { port, seen, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

function converse(
  socket: Socket,
  { seen, rest, pipelining, piece }: { seen: Seen; rest: Act[]; pipelining: boolean; piece: number },
): void {
  let input = "";
  let to = "";
  let body = false;
  const say = (text: string) => {
    for (let at = 0; at < text.length; at += piece)
      if (!socket.destroyed) socket.write(text.slice(at, at + piece));
  };
  const reply = (agreement: string): boolean => {
    const act = rest.shift() ?? "agree";
    if (act === "agree") say(`${agreement}\r\n`);
    else if (act === "chatter")
      say(`${agreement.slice(0, 3)}-one\r\n${agreement.slice(0, 3)}-\r\n${agreement}\r\n`);
    else if (act === "defer") say("450 4.2.0 later\r\n");
    else if (act === "fail") say("550-5.1.1 never\r\n550 5.1.1 really\r\n");
    else if (act === "goodbye") say("421 closing\r\n");
    else if (act === "garbage") say("who are you?\r\n");
    else socket.destroy();
    return act === "agree" || act === "chatter";
  };
  const command = (line: string) => {
    if (line.startsWith("EHLO")) return say(pipelining ? "250-hello\r\n250 PIPELINING\r\n" : "250 hello\r\n");
    if (line === "QUIT") return void socket.end("221 bye\r\n");
    if (line.startsWith("RSET")) return void reply("250 ok");
    if (line.startsWith("MAIL")) {
      to = "";
      reply("250 ok");
    } else if (line.startsWith("RCPT")) {
      const address = /<(.*)>/.exec(line)?.[1] ?? "";
      if (reply("250 ok")) to = address;
      else seen.refused.add(address);
    } else if (line === "DATA") body = reply("354 go on");
  };
  const message = (text: string) => {
    body = false;
    if (to === "") return say("554 nobody\r\n");
    seen.begun.add(to);
    if (reply("250 taken")) seen.taken.set(to, [...(seen.taken.get(to) ?? []), text]);
  };
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    input += chunk.toString("latin1");
    for (;;) {
      const mark = body
        ? input.startsWith(".\r\n")
          ? 0
          : input.indexOf("\r\n.\r\n") + 2
        : input.indexOf("\r\n");
      if (mark < (body && !input.startsWith(".\r\n") ? 2 : 0)) return;
      if (body) {
        const text = input.slice(0, mark);
        input = input.slice(mark + 3);
        message(text.replace(/^\./gm, ""));
      } else {
        const line = input.slice(0, mark);
        input = input.slice(mark + 2);
        command(line);
      }
      if (socket.destroyed) return;
    }
  });
  say("220 test\r\n");
}

const text = fc
  .array(fc.constantFrom(".", "..", "a", "\r\n", "\n", "\r", ".\r\n", "\r\n.\r\n", "QUIT", " "), {
    maxLength: 12,
  })
  .map((parts) => Buffer.from(parts.join("")));
const script = fc.record({
  acts: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<Act>("agree") },
      { weight: 5, arbitrary: fc.constantFrom<Act>("defer", "fail", "cut", "garbage", "goodbye", "chatter") },
    ),
    { maxLength: 40 },
  ),
  pipelining: fc.boolean(),
  piece: fc.constantFrom(1, 3, 1000),
});
const onTheWire = (bytes: Buffer) => {
  const lines = bytes.toString("latin1").replace(/\r\n|\r|\n/g, "\r\n");
  return lines === "" || lines.endsWith("\r\n") ? lines : `${lines}\r\n`;
};

test("whatever a server says, and wherever it breaks off, each message has one result, and the right one", async () => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.array(fc.tuple(text, fc.option(text)), { minLength: 1, maxLength: 6 }),
      async (plan, texts) => {
        const { port, seen, close } = await unreliable(plan);
        const mails = texts.map(([raw, tail], n): OutgoingMail => ({
          id: `m${n}`,
          envelope: { from: "us@example.com", to: `m${n}@example.org` },
          raw: Buffer.concat([Buffer.from("Subject: x\r\n\r\n"), raw]),
          ...(tail && { tail: Buffer.concat([Buffer.from("--boundary\r\n"), tail]) }),
        }));
        const server = {
          host: "127.0.0.1",
          port,
          security: "none" as const,
          trusted: true,
          timeouts: { idleMs: 2_000 },
        };
        const transport = openTransport(server, 1);
        const results = await transport.send(mails);
        transport.close();
        await close();
        expect(results.map(({ id }) => id)).toEqual(mails.map(({ id }) => id));
        for (const [n, { outcome }] of results.entries()) {
          const { envelope, raw, tail } = mails[n] ?? expect.unreachable();
          const taken = seen.taken.get(envelope.to) ?? [];
          if (outcome === "sent")
            expect(taken).toEqual([onTheWire(Buffer.concat([raw, tail ?? Buffer.alloc(0)]))]);
          else if (outcome === "not_sent") expect(seen.begun.has(envelope.to)).toBe(false);
          else if (outcome !== "unknown") expect(taken).toEqual([]);
          expect(taken.length).toBeLessThan(2);
        }
      },
    ),
    { numRuns: 100 },
  );
}, 60_000);
