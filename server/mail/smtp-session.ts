import { isIP } from "node:net";
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { resolvePublicHost } from "./hosts.ts";
import { problemOf, type SendResult } from "./smtp-result.ts";
import { openWire, type OutgoingMail, takeSocket, type Wire } from "./smtp-transaction.ts";

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
  return session(connection, server.timeouts?.idleMs ?? patience.idleMs, () => broken);
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

/** The library opens and signs in; mail then goes over the wire itself, which costs it a third of the library's time. */
function session(connection: SMTPConnection, idleMs: number, isBroken: () => boolean): SmtpSession {
  let open = true;
  let sent = 0;
  let wire: Wire | undefined;
  connection.once("end", () => (open = false));
  return {
    isOpen: () => (wire ? wire.isOpen() : open && !isBroken()),
    sentCount: () => sent,
    close: () => {
      if (wire) return wire.close();
      if (!open) return;
      open = false;
      connection.quit();
    },
    async send(mail) {
      if (!wire) {
        const { socket, offers } = takeSocket(connection);
        wire = openWire(socket, offers, idleMs);
      }
      const result = await wire.send(mail);
      sent++;
      return { id: mail.id, ...result };
    },
    async trySender(email) {
      await probeSender(connection, email).finally(() => {
        open = false;
        connection.close();
      });
    },
  };
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
