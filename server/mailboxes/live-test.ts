import { phases, problemOf, type Phase, type SmtpProblem } from "#server/mail/smtp-result";
import { openSession, type MailServer } from "#server/mail/smtp-session";
import type { MailboxCheck } from "./schema.ts";

const checked = ["DNS", "connect", "TLS", "sign-in", "MAIL FROM"] as const satisfies readonly Phase[];

const passed: Record<(typeof checked)[number], string> = {
  DNS: "The server's name has an address.",
  connect: "The server answers.",
  TLS: "The connection is encrypted.",
  "sign-in": "User name and password are right.",
  "MAIL FROM": "The server sends mail from this address.",
};

/** What to do when a phase fails. */
const advice: Partial<Record<Phase, string>> = {
  DNS: "Check the server's name.",
  connect: "Check name and port; a firewall may be in between.",
  TLS: "Try the other encryption: port 465 is usually TLS, port 587 STARTTLS.",
  "sign-in": "Check user name and password. Many providers want an app password here.",
  "MAIL FROM": "The account may only send from its own address.",
};

/** Talks to the server as far as a message would go, and delivers nothing. One line for each phase. */
export async function testMailbox(server: MailServer, email: string): Promise<MailboxCheck[]> {
  const problem = await attempt(server, email);
  const encrypted = server.security !== "none";
  const at = problem ? Math.min(phases.indexOf(problem.phase), phases.indexOf("MAIL FROM")) : Infinity;
  return checked
    .filter((phase) => phase !== "TLS" || encrypted)
    .filter((phase) => phase !== "sign-in" || server.user)
    .map((phase) => {
      const here = phases.indexOf(phase);
      if (here < at) return { phase, outcome: "passed", text: passed[phase] };
      if (here > at || !problem) return { phase, outcome: "skipped", text: "Not reached." };
      return {
        phase,
        outcome: "failed",
        text: `${problem.message.replace(/^[\w -]+: /, "").replace(/\.?$/, ".")} ${advice[phase] ?? ""}`.trim(),
      };
    });
}

async function attempt(server: MailServer, email: string): Promise<SmtpProblem | null> {
  try {
    const session = await openSession(server);
    await session.trySender(email);
    return null;
  } catch (error) {
    return problemOf(error, "connect");
  }
}
