/**
 * How handing one message to a server ended.
 * - `sent`: the server took it (2xx after the final dot).
 * - `deferred`: a 4xx reply; try again later.
 * - `failed`: a 5xx reply; this message will not be taken.
 * - `unknown`: the connection broke after the message was handed to the socket. It may have arrived: never repeat it unasked.
 * - `not_sent`: it was never handed to the socket; safe to try again.
 */
export type Outcome = "sent" | "deferred" | "failed" | "unknown" | "not_sent";

/** `phase` names where it ended (connect, MAIL FROM, DATA …), `text` is a sentence with the server's reply. */
export type SendResult = { id: string; outcome: Outcome; phase?: Phase; code?: number; text?: string };

export const phases = [
  "DNS",
  "connect",
  "TLS",
  "sign-in",
  "inbox",
  "MAIL FROM",
  "RCPT TO",
  "DATA",
  "message",
] as const;
export type Phase = (typeof phases)[number];

/** A step of talking to a mail server that failed, with the server's reply code where it gave one. */
export class SmtpProblem extends Error {
  readonly phase: Phase;
  readonly code?: number;
  constructor(phase: Phase, message: string, code?: number, cause?: unknown) {
    super(message, { cause });
    this.phase = phase;
    this.code = code;
  }
}

/** `originalCode` is the system's (ECONNREFUSED), where `code` is the library's (ESOCKET). */
type LibraryError = Error & {
  code?: string;
  originalCode?: string;
  responseCode?: number;
  response?: string;
  command?: string;
};

const sentences: Record<string, string> = {
  ECONNREFUSED: "nothing listens on that port",
  ENOTFOUND: "that name does not exist",
  EAI_AGAIN: "the name server did not answer",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "that host cannot be reached",
  ENETUNREACH: "that network cannot be reached",
  ECONNRESET: "the server closed the connection",
  ECONNECTION: "the connection was closed",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed",
  CERT_HAS_EXPIRED: "the certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another name",
};

/** Translates what the mail library reports into phase, code and a sentence. Addresses of this machine never appear in it. */
export function problemOf(error: unknown, fallback: Phase): SmtpProblem {
  if (error instanceof SmtpProblem) return error;
  const known: LibraryError = error instanceof Error ? error : new Error(String(error));
  const phase = phaseOf(known, fallback);
  const reply = known.response?.replace(/\s+/g, " ").trim();
  if (reply && known.responseCode)
    return new SmtpProblem(phase, `${phase}: ${reply}`, known.responseCode, error);
  const code = [known.originalCode, known.code].find((name) => name !== undefined && name in sentences);
  const own =
    code === undefined
      ? known.message.replace(/\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g, "").trim()
      : sentences[code];
  return new SmtpProblem(phase, `${phase}: ${own}`, undefined, error);
}

function phaseOf(error: LibraryError, fallback: Phase): Phase {
  const command = error.command ?? "";
  if (error.code === "EDNS" || error.code === "ENOTFOUND") return "DNS";
  if (error.code === "ETLS" || command === "STARTTLS" || /certificate|TLS|SSL/i.test(error.message))
    return "TLS";
  if (error.code === "EAUTH" || command.startsWith("AUTH")) return "sign-in";
  if (command === "MAIL FROM" || command === "RCPT TO") return command;
  if (error.code === "EMESSAGE") return "message";
  if (command === "DATA") return "DATA";
  return fallback;
}
