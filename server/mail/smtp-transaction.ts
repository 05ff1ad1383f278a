import { Socket } from "node:net";
import { wireBody } from "./smtp-body.ts";
import { ConversationOver, readReplies, type Reply } from "./smtp-replies.ts";
import type { Phase, SendResult } from "./smtp-result.ts";

/** One message ready for the wire, its `tail` behind `raw`; `id` comes back with its result. */
export type OutgoingMail = { id: string; envelope: { from: string; to: string }; raw: Buffer; tail?: Buffer };

/** What the server offered in its answer to EHLO. */
export type Offers = { has(extension: "PIPELINING" | "SIZE" | "SMTPUTF8"): boolean };

export type Wire = {
  /** Hands one message over. It is on its way from the moment the server agreed to DATA: then only a reply says what became of it. */
  send(mail: OutgoingMail): Promise<Omit<SendResult, "id">>;
  isOpen(): boolean;
  /** Says goodbye. */
  close(): void;
};

/**
 * Mail transactions (RFC 5321, 3.3) over a connection that is signed in and silent. Where the server takes commands
 * together (RFC 2920), an envelope costs one journey and one write, and the message with its final dot another.
 */
export function openWire(socket: Socket, offers: Offers, idleMs: number): Wire {
  const replies = readReplies(socket, idleMs);
  socket.setNoDelay(true);
  const say = (...lines: string[]) => socket.write(lines.map((line) => `${line}\r\n`).join(""));

  /** The first reply that was no agreement, if any. Together, all are awaited: each command is answered. */
  async function propose(commands: readonly Command[]): Promise<Refusal | null> {
    const together = offers.has("PIPELINING");
    // All are asked for at once: their replies may come in one piece.
    const answers = together ? commands.map(() => replies.next()) : [];
    // Each one's failure is met where it is awaited, in turn.
    for (const answer of answers) answer.catch(() => undefined);
    if (together) say(...commands.map(({ line }) => line));
    let refusal: Refusal | null = null;
    for (const [index, { phase, line, agreed }] of commands.entries()) {
      if (!together) say(line);
      const reply = await (answers[index] ?? replies.next()).catch((error: unknown) => {
        if (!refusal) throw new Interrupted(phase, error);
      });
      if (!reply) break;
      const refused = Math.floor(reply.code / 100) !== agreed;
      if (refused) refusal ??= { phase, reply };
      // A server may agree to DATA although it refused what came before. It now waits for a message: not to send even
      // an empty one, the connection is given up.
      else if (phase === "DATA" && refusal) socket.destroy();
      if (refusal && !together) break;
    }
    return refusal;
  }

  /** After a refusal the server may still hold half an envelope; the next message must start from nothing. */
  async function startOver(): Promise<void> {
    say("RSET");
    const { code } = await replies.next();
    if (code >= 300) close();
  }

  function close(): void {
    if (replies.isOver()) return;
    socket.setTimeout(goodbyeMs, () => socket.destroy());
    socket.end("QUIT\r\n");
  }

  let closed = false;
  return {
    isOpen: () => !closed && !replies.isOver(),
    close() {
      closed = true;
      close();
    },
    async send({ envelope, raw, tail }) {
      let phase: Phase = "MAIL FROM";
      try {
        const commands = commandsFor(envelope, raw.length + (tail?.length ?? 0), offers);
        if ("outcome" in commands) return commands;
        const refusal = await propose(commands);
        if (refusal) {
          const result = judge(refusal.phase, refusal.reply, "not_sent");
          if (result.outcome === "not_sent" || refusal.reply.code === 421) closed = true;
          else if (!socket.destroyed) await startOver().catch(() => (closed = true));
          if (closed) socket.destroy();
          return result;
        }
        phase = "message";
        socket.cork();
        for (const part of wireBody(raw, tail)) socket.write(part);
        socket.uncork();
        const reply = await replies.next();
        const result = judge("message", reply, "unknown");
        if (result.outcome === "unknown" || reply.code === 421) {
          closed = true;
          socket.destroy();
        }
        return result;
      } catch (error) {
        closed = true;
        return broken(error, phase);
      }
    },
  };
}

const goodbyeMs = 2_000;
type Command = { phase: Phase; line: string; agreed: 2 | 3 };
type Refusal = { phase: Phase; reply: Reply };

class Interrupted extends Error {
  readonly phase: Phase;
  constructor(phase: Phase, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.phase = phase;
  }
}

function commandsFor(
  { from, to }: OutgoingMail["envelope"],
  size: number,
  offers: Offers,
): Command[] | Omit<SendResult, "id"> {
  for (const [phase, address] of [
    ["MAIL FROM", from],
    ["RCPT TO", to],
  ] as const) {
    if (/[\r\n<>]/.test(address)) {
      const text = `${phase}: ${JSON.stringify(address)} is not an address that can be written to`;
      return { outcome: "failed", phase, text };
    }
  }
  const international = /\P{ASCII}/u.test(from + to);
  if (international && !offers.has("SMTPUTF8")) {
    const text = "RCPT TO: the mail server takes no addresses with letters outside ASCII";
    return { outcome: "failed", phase: "RCPT TO", text };
  }
  const options = `${offers.has("SIZE") ? ` SIZE=${size}` : ""}${international ? " SMTPUTF8" : ""}`;
  return [
    { phase: "MAIL FROM", line: `MAIL FROM:<${from}>${options}`, agreed: 2 },
    { phase: "RCPT TO", line: `RCPT TO:<${to}>`, agreed: 2 },
    { phase: "DATA", line: "DATA", agreed: 3 },
  ];
}

/** What a reply says of a message. One that is neither agreement nor refusal here leaves it as `otherwise`. */
function judge(
  phase: Phase,
  { code, text }: Reply,
  otherwise: "unknown" | "not_sent",
): Omit<SendResult, "id"> {
  if (phase === "message" && code < 300) return { outcome: "sent", code, text };
  const outcome = code >= 500 ? "failed" : code >= 400 ? "deferred" : otherwise;
  return { outcome, phase, code, text: `${phase}: ${text}` };
}

function broken(error: unknown, phase: Phase): Omit<SendResult, "id"> {
  const interrupted = error instanceof Interrupted;
  const cause = interrupted ? error.cause : error;
  if (!(cause instanceof ConversationOver)) throw cause;
  if (phase !== "message")
    return {
      outcome: "not_sent",
      phase: interrupted ? error.phase : phase,
      text: `${interrupted ? error.phase : phase}: ${cause.message}`,
    };
  return { outcome: "unknown", phase, text: `message: ${cause.message} after the message was handed over` };
}

const listeners = {
  data: ["_onSocketData"],
  timeout: ["_onSocketTimeout"],
  close: ["_onSocketClose"],
  end: ["_onSocketEnd"],
  error: ["_onSocketError", "_onConnectionSocketError"],
};

/** Takes a connection from the library that opened it: from now on the wire alone reads and writes it. */
export function takeSocket(connection: object): { socket: Socket; offers: Offers } {
  const fields = new Map<string, unknown>(Object.entries(connection));
  const socket = fields.get("_socket");
  const offered = fields.get("_supportedExtensions");
  if (!(socket instanceof Socket) || !Array.isArray(offered))
    throw new Error("The mail library keeps its connection elsewhere than in the version that was tested.");
  for (const [event, names] of Object.entries(listeners))
    for (const listener of names.map((name) => fields.get(name)))
      if (isListener(listener)) socket.off(event, listener);
  return { socket, offers: new Set(offered.map(String)) };
}

function isListener(value: unknown): value is (...given: unknown[]) => void {
  return typeof value === "function";
}
