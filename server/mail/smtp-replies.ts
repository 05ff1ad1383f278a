import type { Socket } from "node:net";

/** A reply of a mail server (RFC 5321, 4.2): its code, and its lines joined by spaces, the code in front. */
export type Reply = { code: number; text: string };

/** The conversation can not go on. What the server said last of its own accord, or what the system reported. */
export class ConversationOver extends Error {}

/** Replies in the order in which they were asked for. */
export type Replies = {
  /** The reply to the next command that has none yet. @throws ConversationOver */
  next(): Promise<Reply>;
  isOver(): boolean;
};

/** No server says so much at once; one that does is no mail server. */
const replyBytesMax = 64 * 1024;
const replyLine = /^([2-5]\d\d)(?:([ -])(.*))?$/;

/**
 * Reads the replies that come over a signed-in connection, in pieces of any size, until it ends or stays silent for
 * `idleMs`. A reply that nobody asked for ends the conversation: what follows could not be told apart any more.
 */
export function readReplies(socket: Socket, idleMs: number): Replies {
  const asked: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  let over: ConversationOver | undefined;
  let rest = "";
  let lines: string[] = [];

  const end = (text: string, cause?: unknown) => {
    if (over) return;
    over = new ConversationOver(text, { cause });
    socket.destroy();
    for (const { reject } of asked.splice(0)) reject(over);
  };
  const take = (line: string) => {
    const [, code, mark, words = ""] = replyLine.exec(line) ?? [];
    if (code === undefined)
      return end(`the server said ${JSON.stringify(line.slice(0, 200))}, which is no reply`);
    lines.push(lines.length === 0 ? `${code} ${words}`.trim() : words);
    if (mark === "-") return;
    const reply = { code: Number(code), text: lines.join(" ").replace(/\s+/g, " ").trim() };
    lines = [];
    const waiting = asked.shift();
    if (waiting) waiting.resolve(reply);
    else end(reply.text);
  };
  socket.setTimeout(idleMs, () => end("no answer in time"));
  socket.on("data", (chunk: Buffer) => {
    rest += chunk.toString("latin1");
    for (let at = rest.indexOf("\n"); at >= 0 && !over; at = rest.indexOf("\n")) {
      const line = rest.slice(0, at);
      rest = rest.slice(at + 1);
      take(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
    if (rest.length + lines.reduce((sum, line) => sum + line.length, 0) > replyBytesMax)
      end("the server's reply does not end");
  });
  socket.on("error", (error) => end("the server closed the connection", error));
  socket.on("close", () => end("the server closed the connection"));
  socket.on("end", () => end("the server closed the connection"));
  return {
    isOver: () => over !== undefined,
    next: () =>
      over ? Promise.reject(over) : new Promise((resolve, reject) => asked.push({ resolve, reject })),
  };
}
