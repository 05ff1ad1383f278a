import { createServer, type Server } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, expect, test } from "vitest";
import { openTransport } from "./smtp.ts";
import { openSession, type MailServer } from "./smtp-session.ts";
import type { OutgoingMail } from "./smtp-transaction.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const at = (port: number, more: Partial<MailServer> = {}): MailServer => ({
  host: "127.0.0.1",
  port,
  security: "none",
  trusted: true,
  ...more,
});
const mail = (id: string): OutgoingMail => ({
  id,
  envelope: { from: "us@example.com", to: `${id}@example.org` },
  raw: Buffer.from(`Subject: ${id}\r\n\r\n.leading dot\r\n${id}\r\n`),
});
const portOf = (server: Server) => {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
};

/** A real server that remembers what it took. */
async function listen(options: SMTPServerOptions = {}) {
  const taken: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    closeTimeout: 10,
    onData(stream, _session, done) {
      let body = "";
      stream.on("data", (chunk: Buffer) => (body += chunk.toString()));
      stream.on("end", () => {
        if (!body) return;
        taken.push(body);
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: portOf(server.server), taken };
}

/** A server that speaks by a script, to break off at an exact moment. `reply` gets each line, and null when the message ended. */
async function scripted(reply: (line: string | null, socket: { end(): void }) => string | undefined) {
  const server = createServer((socket) => {
    let data = false;
    let rest = "";
    socket.on("error", () => undefined);
    socket.write("220 test\r\n");
    socket.on("data", (chunk) => {
      rest += chunk.toString();
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data && line !== ".") continue;
        const answer = reply(data ? null : line, socket);
        data = !data && answer?.startsWith("354") === true;
        if (answer) socket.write(`${answer}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => void server.close());
  return portOf(server);
}
const polite = (line: string | null) => (line === "DATA" ? "354 go on" : "250 ok");

test("every message of a group arrives once, byte for byte", async () => {
  const { port, taken } = await listen();
  const transport = openTransport(at(port), 3);
  const group = Array.from({ length: 40 }, (_, n) => mail(`m${n}`));
  const results = await transport.send(group);
  const again = await transport.send([mail("later")]);
  transport.close();
  expect(results.map(({ id, outcome }) => [id, outcome])).toEqual(group.map(({ id }) => [id, "sent"]));
  expect(again[0]).toMatchObject({ outcome: "sent", code: 250 });
  expect(taken.sort()).toEqual([...group, mail("later")].map(({ raw }) => raw.toString()).sort());
});

test("one refused recipient in the middle of a group fails alone, with phase, code and the server's words", async () => {
  const { port, taken } = await listen({
    onRcptTo({ address }, _session, done) {
      const code = address.startsWith("gone") ? 554 : address.startsWith("busy") ? 450 : 0;
      done(code ? Object.assign(new Error("no such mailbox"), { responseCode: code }) : null);
    },
  });
  const transport = openTransport(at(port), 1);
  const results = await transport.send(["a", "gone", "b", "busy", "c"].map(mail));
  transport.close();
  expect(results.map(({ outcome }) => outcome)).toEqual(["sent", "failed", "sent", "deferred", "sent"]);
  expect(results[1]).toMatchObject({
    phase: "RCPT TO",
    code: 554,
  });
  expect(results[1]?.text).toContain("no such mailbox");
  expect(results[3]).toMatchObject({ phase: "RCPT TO", code: 450 });
  expect(taken).toHaveLength(3);
});

test("a server that nobody runs leaves every message not sent", async () => {
  const { port } = await listen();
  await Promise.all(closers.splice(0).map((close) => close()));
  const results = await openTransport(at(port), 2).send(["a", "b", "c"].map(mail));
  expect(results.map(({ outcome }) => outcome)).toEqual(["not_sent", "not_sent", "not_sent"]);
  expect(results[0]?.text).toBe("connect: nothing listens on that port");
});

test("a cut before DATA was answered is not sent; a cut after the final dot is unknown", async () => {
  const before = await scripted((line, socket) => (line === "DATA" ? void socket.end() : "250 ok"));
  const after = await scripted((line, socket) => (line === null ? void socket.end() : polite(line)));
  const [cutBefore] = await openTransport(at(before), 1).send([mail("a")]);
  const [cutAfter] = await openTransport(at(after), 1).send([mail("a")]);
  expect(cutBefore).toMatchObject({ outcome: "not_sent" });
  expect(cutAfter).toMatchObject({ outcome: "unknown" });
  expect(cutAfter?.text).toContain("after the message was handed over");
});

test("a 4xx and a 5xx after the final dot are answers, not breaks", async () => {
  const answers = ["451 try later", "552 too much", "250 fine"];
  const port = await scripted((line) => (line === null ? answers.shift() : polite(line)));
  const results = await openTransport(at(port), 1).send(["a", "b", "c"].map(mail));
  expect(results.map(({ outcome, code }) => [outcome, code])).toEqual([
    ["deferred", 451],
    ["failed", 552],
    ["sent", 250],
  ]);
});

test("a server that falls silent after the message makes it unknown, and the lane stops after two", async () => {
  let asked = 0;
  const port = await scripted((line) => {
    if (line === "DATA") asked++;
    return line === null ? undefined : polite(line);
  });
  const server = at(port, { timeouts: { idleMs: 100 } });
  const results = await openTransport(server, 1).send(["a", "b", "c", "d"].map(mail));
  expect(results.map(({ outcome }) => outcome)).toEqual(["unknown", "unknown", "not_sent", "not_sent"]);
  expect(asked).toBe(2);
});

test("a kept connection that the server ended meanwhile is replaced without losing the message", async () => {
  let taken = 0;
  const port = await scripted((line, socket) => {
    if (line !== null) return polite(line);
    taken++;
    setTimeout(() => socket.end(), 20);
    return "250 ok";
  });
  const transport = openTransport(at(port), 1);
  await transport.send([mail("first")]);
  await new Promise((resolve) => setTimeout(resolve, 60));
  const [second] = await transport.send([mail("second")]);
  transport.close();
  expect(second).toMatchObject({ outcome: "sent" });
  expect(taken).toBe(2);
});

test("nothing is begun after the deadline", async () => {
  const { port, taken } = await listen();
  const results = await openTransport(at(port), 1).send([mail("a")], { deadline: performance.now() - 1 });
  expect(results[0]?.outcome).toBe("not_sent");
  expect(taken).toEqual([]);
});

test("a user's host inside the network is refused; the sandbox and the relay are not", async () => {
  const { port } = await listen();
  for (const host of [
    "127.0.0.1",
    "localhost",
    "10.1.2.3",
    "::1",
    "169.254.169.254",
    "::ffff:127.0.0.1",
    "0.0.0.0",
  ]) {
    await expect(openSession(at(port, { host, trusted: false }))).rejects.toMatchObject({ phase: "DNS" });
  }
  (await openSession(at(port))).close();
});

test("a wrong password and a forbidden sender are told apart, and the sender trial delivers nothing", async () => {
  const { port, taken } = await listen({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      done(password === "right" ? null : Object.assign(new Error("bad password"), { responseCode: 535 }), {
        user: username,
      });
    },
    onMailFrom({ address }, _session, done) {
      done(
        address === "us@example.com" ? null : Object.assign(new Error("not yours"), { responseCode: 553 }),
      );
    },
  });
  const as = (password: string) => openSession(at(port, { user: "us", password }));
  await expect(as("wrong")).rejects.toMatchObject({ phase: "sign-in", code: 535 });
  await expect((await as("right")).trySender("them@example.com")).rejects.toMatchObject({
    phase: "MAIL FROM",
    code: 553,
  });
  await (await as("right")).trySender("us@example.com");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(taken).toEqual([]);
});
