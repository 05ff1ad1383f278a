import { isIP } from "node:net";
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { resolvePublicHost } from "./hosts.ts";
import { problemOf, type SendResult } from "./smtp-result.ts";

/**
 * How to reach a mail server. `security`: `tls` from the first byte, `starttls` required, `auto` when offered, `none`.
 * `trusted` servers (the built-in sandbox, the operator's relay) may have private addresses.
 */
export type MailServer = {
  host: string;
  port: number;
  security: "tls" | "starttls" | "auto" | "none";
  user?: string;
  password?: string;
  trusted: boolean;
  /** The name we give in EHLO; the library's choice when absent. */
  helloName?: string;
  timeouts?: Partial<Timeouts>;
};

/** Milliseconds: to connect, to be greeted, and of silence once connected. */
export type Timeouts = { connectMs: number; greetMs: number; idleMs: number };
const patience: Timeouts = { connectMs: 10_000, greetMs: 15_000, idleMs: 60_000 };

/** One message ready for the wire, its `tail` behind `raw`; `id` comes back with its result. */
export type OutgoingMail = { id: string; envelope: { from: string; to: string }; raw: Buffer; tail?: Buffer };

/** One signed-in connection. Not for concurrent use. */
export type SmtpSession = {
  send(mail: OutgoingMail): Promise<SendResult>;
  /** Learns whether the server takes mail from this address. Nothing is delivered, and the connection ends. */
  trySender(email: string): Promise<void>;
  /** False once the connection broke or was given up. */
  isOpen(): boolean;
  sentCount(): number;
  close(): void;
};

/**
 * Resolves, connects, encrypts and signs in.
 * @throws SmtpProblem naming the phase
 */
export async function openSession(server: MailServer): Promise<SmtpSession> {
  const address = await resolvePublicHost(server.host, server.trusted || undefined);
  const connection = new SMTPConnection(optionsFor(server, address));
  let broken = false;
  connection.on("error", () => (broken = true));
  await new Promise<void>((resolve, reject) => {
    connection.once("error", reject);
    connection.connect((error) => (error ? reject(error) : resolve()));
  }).catch((error: unknown) => {
    connection.close();
    throw problemOf(error, "connect");
  });
  if (server.user) {
    const { user, password } = server;
    await new Promise<void>((resolve, reject) => {
      connection.login({ user, pass: password ?? "" }, (error) => (error ? reject(error) : resolve()));
    }).catch((error: unknown) => {
      connection.close();
      throw problemOf(error, "sign-in");
    });
  }
  return session(connection, () => broken);
}

function optionsFor(server: MailServer, address: string) {
  const { connectMs, greetMs, idleMs } = { ...patience, ...server.timeouts };
  const servername = isIP(server.host) ? undefined : server.host;
  return {
    host: address,
    port: server.port,
    secure: server.security === "tls",
    requireTLS: server.security === "starttls",
    ignoreTLS: server.security === "none",
    servername,
    tls: { servername, minVersion: "TLSv1.2" as const },
    name: server.helloName,
    connectionTimeout: connectMs,
    greetingTimeout: greetMs,
    socketTimeout: idleMs,
    dnsTimeout: connectMs,
    logger: false,
  };
}

function session(connection: SMTPConnection, isBroken: () => boolean): SmtpSession {
  let open = true;
  let sent = 0;
  connection.once("end", () => (open = false));
  const giveUp = () => {
    open = false;
    connection.close();
  };
  /** After a refusal the server still holds half an envelope; the next message must start from nothing. */
  const startOver = () =>
    new Promise<void>((resolve) => {
      connection.reset((error) => {
        if (error) giveUp();
        resolve();
      });
    });
  return {
    isOpen: () => open && !isBroken(),
    sentCount: () => sent,
    close: () => {
      if (!open) return;
      open = false;
      connection.quit();
    },
    async send(mail) {
      const result = await sendOne(connection, mail);
      sent++;
      if (result.outcome === "deferred" || result.outcome === "failed") {
        if (result.code === 421) giveUp();
        else await startOver();
      } else if (result.outcome !== "sent") giveUp();
      return result;
    },
    async trySender(email) {
      await probeSender(connection, email).finally(giveUp);
    },
  };
}

type LibraryError = Error & { code?: string; responseCode?: number };

function sendOne(connection: SMTPConnection, { id, envelope, raw, tail }: OutgoingMail): Promise<SendResult> {
  // The library names a cut after the final dot like a refused connect, so the message itself notes when it was
  // taken: it is read only after the server has answered DATA.
  let handedOver = false;
  const message = new Readable({
    read() {
      handedOver = true;
      this.push(raw);
      if (tail) this.push(tail);
      this.push(null);
    },
  });
  return new Promise((resolve) => {
    connection.send(
      { ...envelope, to: [envelope.to], size: raw.length + (tail?.length ?? 0) },
      message,
      (error, info) => {
        if (!error) return resolve({ id, outcome: "sent", ...replyOf(info.response) });
        resolve({ id, ...failureOf(error, handedOver) });
      },
    );
  });
}

function replyOf(response: string | undefined): Pick<SendResult, "code" | "text"> {
  const text = response?.replace(/\s+/g, " ").trim();
  return { code: Number(text?.slice(0, 3)) || undefined, text };
}

function failureOf(error: LibraryError, handedOver: boolean): Omit<SendResult, "id"> {
  const { phase, code, message: text } = problemOf(error, handedOver ? "message" : "DATA");
  // Only a reply to a command of ours says what became of the message.
  const replied = error.code === "EENVELOPE" || error.code === "EMESSAGE";
  if (replied && code) return { outcome: code < 500 ? "deferred" : "failed", phase, code, text };
  if (error.code === "EMESSAGE" && !handedOver) return { outcome: "failed", phase: "message", text };
  if (handedOver) {
    const rest = text.replace(/^\w[\w -]*: /, "");
    return {
      outcome: "unknown",
      phase: "message",
      text: `message: ${rest} after the message was handed over`,
    };
  }
  return { outcome: "not_sent", phase, code, text };
}

/**
 * Goes through MAIL FROM, RCPT TO (the sender itself) and DATA, then hangs up without having ended the message, so
 * that the server has nothing to deliver.
 */
function probeSender(connection: SMTPConnection, email: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const message = new Readable({
      read() {
        resolve();
        connection.close();
      },
    });
    connection.send({ from: email, to: [email] }, message, (error) => {
      if (error) reject(problemOf(error, "MAIL FROM"));
    });
  });
}
