import { problemOf, type SendResult } from "./smtp-result.ts";
import { openSession, type MailServer, type SmtpSession } from "./smtp-session.ts";
import type { OutgoingMail } from "./smtp-transaction.ts";

/**
 * Sends groups of messages over a few kept connections. Every message of the group gets exactly one result, and is
 * handed to a socket at most once: a refused or broken message is never queued again here.
 */
export type MailTransport = {
  /** `deadline` (of `performance.now()`): messages not begun by then come back as `not_sent`. Results keep the group's order. */
  send(group: readonly OutgoingMail[], options?: { deadline?: number }): Promise<SendResult[]>;
  /** Says goodbye on idle connections. Call when no send is running. */
  close(): void;
};

/** Servers commonly end a connection after some hundred messages; we leave before that. */
const messagesPerConnection = 200;
/** A lane that fails this often in a row stops, and leaves the rest of the group unsent. */
const breaksInARowMax = 2;

/** A pool of at most `connections` connections to one server. Nothing is opened before the first send. */
export function openTransport(server: MailServer, connections = 5): MailTransport {
  const idle: SmtpSession[] = [];
  return {
    async send(group, { deadline = Infinity } = {}) {
      const job = {
        server,
        idle,
        waiting: [...group].reverse(),
        deadline,
        results: new Map<string, SendResult>(),
      };
      const lanes = Array.from({ length: Math.min(connections, group.length) }, () => runLane(job));
      const problem = (await Promise.all(lanes)).find((each) => each !== null);
      const text = problem?.text ?? "message: the time of this sender was up before this message's turn";
      return group.map(({ id }) => job.results.get(id) ?? { id, outcome: "not_sent", ...problem, text });
    },
    close() {
      for (const session of idle.splice(0)) session.close();
    },
  };
}

type Job = {
  server: MailServer;
  idle: SmtpSession[];
  /** Last first. */
  waiting: OutgoingMail[];
  deadline: number;
  results: Map<string, SendResult>;
};
type Stop = Pick<SendResult, "phase" | "code" | "text"> | null;

/** Works through the waiting messages on one connection at a time. Returns why it stopped early, or null. */
async function runLane(job: Job): Promise<Stop> {
  const { server, idle, waiting, deadline, results } = job;
  let session: SmtpSession | undefined;
  let breaks = 0;
  while (waiting.length > 0 && performance.now() < deadline) {
    // The connection comes first: a lane that cannot connect takes no message from the others.
    const kept: SmtpSession | undefined = session ?? takeIdle(idle);
    const opened = kept ?? (await openSession(server).catch((error: unknown) => problemOf(error, "connect")));
    if (opened instanceof Error) return { phase: opened.phase, code: opened.code, text: opened.message };
    const mail = waiting.pop();
    if (!mail) {
      idle.push(opened);
      return null;
    }
    const result = await opened.send(mail);
    session = opened.isOpen() ? opened : undefined;
    if (result.outcome === "not_sent" && kept) {
      // A kept connection that the server had meanwhile ended says nothing about the message or the server.
      waiting.push(mail);
      continue;
    }
    results.set(mail.id, result);
    breaks = result.outcome === "unknown" || result.outcome === "not_sent" ? breaks + 1 : 0;
    if (breaks === breaksInARowMax) return { phase: result.phase, text: result.text };
    if (session && session.sentCount() >= messagesPerConnection) {
      session.close();
      session = undefined;
    }
  }
  if (session) idle.push(session);
  return null;
}

function takeIdle(idle: SmtpSession[]): SmtpSession | undefined {
  for (let session = idle.pop(); session; session = idle.pop()) if (session.isOpen()) return session;
  return undefined;
}
