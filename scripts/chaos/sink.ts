/**
 * A mail server that takes, puts off, refuses, dawdles and hangs up as a seed says, and writes down what it did before it
 * says so: node scripts/chaos/sink.ts <port> <history> <seed>. Its starter has it stand still at a line (`arm`), hears
 * when it does (`standing`), and lets it go on (`release`).
 */
import { openSync, writeSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { fateOf } from "./plan.ts";
import type { Entry } from "./sink-history.ts";

const [port = "0", historyFile = "", firstSeed = "1"] = process.argv.slice(2);
const history = openSync(historyFile, "a");
const note = (told: Omit<Entry, "at">) =>
  writeSync(history, `${JSON.stringify({ at: Date.now(), ...told })}\n`);

export const sinkLines = ["mail", "body", "taken", "replied"] as const;
const order = z.union([
  z.object({ arm: z.enum(sinkLines), change: z.number() }),
  z.object({ release: z.literal(true) }),
  z.object({ seed: z.number() }),
]);

let seed = Number(firstSeed);
let armed: { at: (typeof sinkLines)[number]; left: number } | null = null;
let gate: { opened: Promise<void>; open: () => void } | null = null;
const tries = new Map<string, number>();

/** Passes a line, or stands still there; while one connection does, all others stop at their next line. */
async function pass(at: (typeof sinkLines)[number], { remotePort }: Socket): Promise<void> {
  if (gate === null && armed?.at === at && (armed.left -= 1) === 0) {
    armed = null;
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = { opened: promise, open: resolve };
    process.send?.({ standing: at, port: remotePort ?? 0 });
  }
  await gate?.opened;
}

process.on("message", (message) => {
  const told = order.parse(message);
  if ("seed" in told) seed = told.seed;
  else if ("arm" in told) armed = { at: told.arm, left: told.change };
  else {
    armed = null;
    gate?.open();
    gate = null;
  }
});
process.on("disconnect", () => process.exit(0));

const offers = "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 50000000\r\n";

async function converse(socket: Socket): Promise<void> {
  const reader = readerOf(socket);
  const say = (text: string) => socket.destroyed || socket.write(text);
  let to = "";
  let fate: ReturnType<typeof fateOf> | null = null;
  say("220 sink ESMTP\r\n");
  for (;;) {
    const line = (await reader.until("\r\n"))?.toString("latin1");
    if (line === undefined) return;
    if (/^EHLO/i.test(line)) say(offers);
    else if (/^AUTH/i.test(line)) say("235 2.7.0 welcome\r\n");
    else if (/^MAIL/i.test(line)) {
      await pass("mail", socket);
      fate = null;
      say("250 2.1.0 ok\r\n");
    } else if (/^RCPT/i.test(line)) {
      to = /<(.*?)>/.exec(line)?.[1] ?? "";
      tries.set(to, (tries.get(to) ?? 0) + 1);
      fate = fateOf(seed, to, tries.get(to) ?? 1);
      if (fate.fate === "refuse") note({ event: "refused", to });
      else if (fate.fate === "put off") note({ event: "put off", to });
      say(
        fate.fate === "refuse"
          ? "550 5.1.1 no such user\r\n"
          : fate.fate === "put off"
            ? "451 4.7.1 try again later\r\n"
            : "250 2.1.5 ok\r\n",
      );
    } else if (/^DATA/i.test(line)) {
      if (!fate || fate.fate === "refuse" || fate.fate === "put off")
        say("503 5.5.1 nobody to send it to\r\n");
      else if (fate.fate === "leave") return void socket.destroy();
      else if (!(await takeMessage({ socket, reader, to, ...fate }))) return;
    } else if (/^QUIT/i.test(line)) {
      say("221 2.0.0 bye\r\n");
      return void socket.end();
    } else say("250 2.0.0 ok\r\n");
  }
}

type Receiving = ReturnType<typeof fateOf> & { socket: Socket; reader: Reader; to: string };

/** False when the connection is over. */
async function takeMessage({ socket, reader, to, fate, delayMs }: Receiving): Promise<boolean> {
  note({ event: "begun", to });
  if (!socket.destroyed) socket.write("354 go on\r\n");
  await pass("body", socket);
  if (fate === "leave within") {
    note({ event: "left", to });
    socket.destroy();
    return false;
  }
  const raw = await reader.until("\r\n.\r\n");
  if (!raw) return false;
  await sleep(delayMs);
  if (fate === "put off whole") {
    note({ event: "put off", to });
    if (!socket.destroyed) socket.write("451 4.3.0 try again later\r\n");
    return true;
  }
  const head = headOf(raw.toString("latin1"));
  note({ event: "taken", to, ...head });
  await pass("taken", socket);
  if (fate === "take and leave") {
    note({ event: "left", to, ...head });
    socket.destroy();
    return false;
  }
  if (socket.destroyed) return false;
  socket.write("250 2.0.0 kept\r\n");
  note({ event: "replied", to, messageId: head.messageId });
  await pass("replied", socket);
  return true;
}

function headOf(raw: string): Pick<Entry, "messageId" | "subject" | "unsubscribe" | "open" | "click"> {
  const head = raw.slice(0, raw.indexOf("\r\n\r\n")).replaceAll(/\r\n[ \t]+/g, " ");
  const header = (name: string) => new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1]?.trim();
  const whole = raw.replaceAll("=\r\n", "").replaceAll("=3D", "=");
  return {
    messageId: header("Message-ID"),
    subject: header("Subject"),
    unsubscribe: /<(http[^>]*\/u\/[^>]*)>/.exec(header("List-Unsubscribe") ?? "")?.[1],
    open: /http[^\s"<>]*\/t\/o\/[^\s"<>]*/.exec(whole)?.[0],
    click: /http[^\s"<>]*\/t\/c\/[^\s"<>]*/.exec(whole)?.[0],
  };
}

type Reader = { until: (mark: string) => Promise<Buffer | undefined> };

/** Gives what comes in up to a mark, also what came before the other side went; undefined when there is no more. */
function readerOf(socket: Socket): Reader {
  let input: Buffer = Buffer.alloc(0);
  let over = false;
  let heard: () => void = () => undefined;
  socket.on("error", () => undefined);
  socket.on("data", (chunk: Buffer) => {
    input = input.length === 0 ? chunk : Buffer.concat([input, chunk]);
    heard();
  });
  socket.on("close", () => {
    over = true;
    heard();
  });
  return {
    until: async (mark) => {
      for (;;) {
        const end = input.indexOf(mark);
        if (end >= 0) {
          const found = input.subarray(0, end);
          input = input.subarray(end + mark.length);
          return found;
        }
        if (over) return undefined;
        await new Promise<void>((resolve) => (heard = resolve));
      }
    },
  };
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  void converse(socket);
});
server.listen(Number(port), "127.0.0.1", () => process.send?.({ listening: true }));
