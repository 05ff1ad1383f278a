import { phases, problemOf, type Phase, type SmtpProblem } from "#server/mail/smtp-result";
import { openSession, type MailServer } from "#server/mail/smtp-session";
import { type ImapServer, openImap } from "#server/replies/imap-source";
import type { MailboxCheck } from "./schema.ts";

const sending = ["DNS", "connect", "TLS", "sign-in", "MAIL FROM"] as const satisfies readonly Phase[];
const reading = ["DNS", "connect", "TLS", "sign-in", "inbox"] as const satisfies readonly Phase[];

const passed: Record<(typeof sending)[number] | (typeof reading)[number], string> = {
  DNS: "The server's name has an address.",
  connect: "The server answers.",
  TLS: "The connection is encrypted.",
  "sign-in": "User name and password are right.",
  "MAIL FROM": "The server sends mail from this address.",
  inbox: "The inbox can be read.",
};

const anywhere = {
  DNS: "Check the server's name.",
  connect: "Check name and port; a firewall may be in between.",
  "sign-in": "Check user name and password. Many providers want an app password here.",
};
/** What to do when a phase fails, of sending and of reading. */
const advice: Partial<Record<Phase, Partial<Record<Phase, string>>>> = {
  "MAIL FROM": {
    ...anywhere,
    TLS: "Try the other encryption: port 465 is usually TLS, port 587 STARTTLS.",
    "MAIL FROM": "The account may only send from its own address.",
  },
  inbox: {
    ...anywhere,
    TLS: "Try the other encryption: port 993 is usually TLS, port 143 STARTTLS.",
    inbox: "Some providers want IMAP switched on in the account's settings first.",
  },
};

/** Talks to the server as far as a message would go, and delivers nothing. One line for each phase. */
export async function testMailbox(server: MailServer, email: string): Promise<MailboxCheck[]> {
  const problem = await problemOfTrying(async () => {
    const session = await openSession(server);
    await session.trySender(email);
  });
  const phases = sending
    .filter((phase) => phase !== "TLS" || server.security !== "none")
    .filter((phase) => phase !== "sign-in" || server.user);
  return checksOf(phases, problem, "MAIL FROM");
}

/** Signs in to an inbox and opens it for reading, and changes nothing there. One line for each phase. */
export async function testInbox(server: ImapServer): Promise<MailboxCheck[]> {
  const problem = await problemOfTrying(async () => {
    const source = await openImap(server);
    await source.close();
  });
  const phases = reading.filter((phase) => phase !== "TLS" || server.security !== "none");
  return checksOf(phases, problem, "inbox");
}

function checksOf(
  checked: readonly (keyof typeof passed)[],
  problem: SmtpProblem | null,
  last: Phase,
): MailboxCheck[] {
  const at = problem ? Math.min(phases.indexOf(problem.phase), phases.indexOf(last)) : Infinity;
  return checked.map((phase) => {
    const here = phases.indexOf(phase);
    if (here < at) return { phase, outcome: "passed", text: passed[phase] };
    if (here > at || !problem) return { phase, outcome: "skipped", text: "Not reached." };
    const sentence = problem.message.replace(/^[\w -]+: /, "").replace(/\.?$/, ".");
    return { phase, outcome: "failed", text: `${sentence} ${advice[last]?.[phase] ?? ""}`.trim() };
  });
}

async function problemOfTrying(attempt: () => Promise<void>): Promise<SmtpProblem | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return problemOf(error, "connect");
  }
}
