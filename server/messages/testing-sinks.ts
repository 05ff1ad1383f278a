import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { SMTPServer } from "smtp-server";

/*
 * The outside world of the database tests, as real servers on this machine: one takes events as an Inngest server
 * does, one takes mail. Started before anything that reads the environment is loaded, so this file imports nothing of ours.
 */

export type SentEvent = { id?: string; name: string; data: Record<string, unknown> };
export type Mail = { to: string; messageId: string; subject: string; raw: string };
/** `env` points the product at both; put it into the environment before anything else is loaded. */
export type Sinks = {
  events: SentEvent[];
  mails: Mail[];
  env: Record<string, string>;
  /** Whether events are taken: a server that is down takes none. */
  takesEvents: boolean;
  /** Users whose password the mail server refuses: the ids of mailboxes. */
  refused: Set<string>;
  forget: () => void;
  stop: () => Promise<void>;
};

/**
 * Starts both. An event whose id came before is refused, as a real server does.
 * The mail server answers by the recipient's name: `defer…` 451, `refuse…` 550 5.1.1, `policy…` 550 5.7.1, and
 * `drop…` loses the connection after the message has arrived, `slow…` is taken a second and a half later.
 */
async function startSinks(): Promise<Sinks> {
  const events: SentEvent[] = [];
  const mails: Mail[] = [];
  const seen = new Set<string>();
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (!started.takesEvents) {
        response.statusCode = 503;
        response.end(JSON.stringify({ error: "down", status: 503 }));
        return;
      }
      const sent = JSON.parse(Buffer.concat(chunks).toString()) as SentEvent | SentEvent[];
      const all = Array.isArray(sent) ? sent : [sent];
      for (const event of all) {
        if (event.id !== undefined && seen.has(event.id)) continue;
        if (event.id !== undefined) seen.add(event.id);
        events.push(event);
      }
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ids: all.map((_, index) => `event-${index}`), status: 200 }));
    });
  });
  const refused = new Set<string>();
  const smtp = mailSink(mails, refused);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", () => resolve()));
  const portOf = (address: AddressInfo | string | null) =>
    typeof address === "object" && address ? address.port : 0;
  const started: Sinks = {
    takesEvents: true,
    refused,
    env: {
      INNGEST_DEV: `http://127.0.0.1:${portOf(http.address())}`,
      SANDBOX_SMTP_PORT: String(portOf(smtp.server.address())),
    },
    events,
    mails,
    forget: () => {
      events.length = 0;
      mails.length = 0;
      seen.clear();
      refused.clear();
      started.takesEvents = true;
    },
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
  return started;
}

const refusals: [prefix: string, code: number, text: string][] = [
  ["defer", 451, "4.7.1 try again later"],
  ["refuse", 550, "5.1.1 no such user"],
  ["policy", 550, "5.7.1 refused by policy"],
];

const slowMs = 1_500;

function mailSink(mails: Mail[], refused: ReadonlySet<string>): SMTPServer {
  const sockets = new Map<number, Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth: ({ username }, _session, done) => {
      if (!refused.has(username ?? "")) return done(null, { user: "anyone" });
      done(Object.assign(new Error("5.7.8 wrong password"), { responseCode: 535 }));
    },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = refusals.find(([prefix]) => address.startsWith(prefix));
      done(refusal ? Object.assign(new Error(refusal[2]), { responseCode: refusal[1] }) : null);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const raw = Buffer.concat(chunks).toString();
        const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(raw)?.[1]?.trim() ?? "";
        const to = session.envelope.rcptTo[0]?.address ?? "";
        mails.push({ to, raw, messageId: header("Message-ID"), subject: header("Subject") });
        // The message has arrived; the reply never will.
        if (to.startsWith("drop")) sockets.get(session.remotePort)?.destroy();
        else if (to.startsWith("slow")) setTimeout(done, slowMs);
        else done();
      });
    },
  });
  server.server.on("connection", (socket) => sockets.set(socket.remotePort ?? 0, socket));
  return server;
}

/** Those of this process: a worker of the tests has one pair for all files that it runs. */
export const sinks = await startSinks();

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
