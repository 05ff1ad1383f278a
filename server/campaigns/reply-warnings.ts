import type { Scope } from "#db/tenancy";
import { withTenant } from "#db/tenancy";
import type { TakesMail } from "#server/domains/mail-exchangers";
import { domainOf } from "#server/domains/names";
import type { Problem } from "./checks.ts";
import type { Source, WrittenEmail } from "./compile-email.ts";
import { writtenEmails } from "./compile-email.ts";
import { mailboxOf } from "./step-sender.ts";

/** Addresses to which nobody's answer can come, since their domain takes no mail. What leaves the sandbox is answered there. */
export async function replyWarnings(scope: Scope, source: Source, takesMail: TakesMail): Promise<Problem[]> {
  const { campaign } = source;
  const mailbox = await withTenant(scope, (tx) => mailboxOf(tx, campaign.id));
  if (!mailbox || mailbox.sandbox) return [];
  const addresses = new Map<string, WrittenEmail | null>();
  for (const email of writtenEmails(campaign)) {
    const own = email.step.sender?.replyTo;
    const address =
      own || campaign.settings.replyToEmail || email.step.sender?.fromEmail || campaign.settings.fromEmail;
    if (!addresses.has(address)) addresses.set(address, own ? email : null);
  }
  const found = await Promise.all(
    [...addresses].map(async ([address, email]): Promise<Problem[]> => {
      const domain = domainOf(address);
      if (domain === "" || (await takesMail(domain)) !== false) return [];
      const message = `Answers to ${address} get lost: ${domain} has no mail server, as its records in DNS say. Correct the address that people answer to, or set an MX record.`;
      return [
        {
          code: "reply_lost",
          severity: "warning",
          where: email ? "steps" : "settings",
          message: email ? `${email.title}: ${message}` : message,
          stepId: email?.step.id ?? null,
        },
      ];
    }),
  );
  return found.flat();
}
