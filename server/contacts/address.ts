import { domainToASCII } from "node:url";

/** Without white space (no-break and zero-width too) at its ends. */
export const cleaned = (value: string) =>
  value.replace(/^[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+$/g, "");

export type ReadEmail = { email: string; normalized: string } | { problem: string; code: string };

/**
 * An address as typed and as it is compared: lower-case, the domain in ASCII. Dots and plus-parts stay, since
 * they can be different people. Or a sentence on what is wrong with it.
 */
export function readEmail(typed: string): ReadEmail {
  const email = cleaned(typed).replace(/^mailto:/i, "");
  const wrong = (code: string, problem: string) => ({ code, problem });
  if (email === "") return wrong("email_missing", "The email address is missing. Every contact needs one.");
  if (email.split("@").length > 2 && /[,;\s]/.test(email))
    return wrong(
      "email_invalid",
      "There is more than one address here. Give each person a row of their own.",
    );
  if (/\s/.test(email)) return wrong("email_invalid", "The address has a space in it. Remove it.");
  const at = email.lastIndexOf("@");
  if (at < 0) return wrong("email_invalid", 'The address has no "@".');
  const local = email.slice(0, at);
  const domain = email.slice(at + 1).replace(/\.$/, "");
  if (local === "") return wrong("email_invalid", 'There is nothing before the "@".');
  if (/[@,;<>()[\]\\"]/.test(local))
    return wrong(
      "email_invalid",
      'There is more than one address here, or a character before the "@" that mail does not allow.',
    );
  if (local.startsWith(".") || local.endsWith(".") || local.includes("..")) {
    return wrong("email_invalid", 'The part before the "@" starts or ends with a dot, or has two in a row.');
  }
  if (domain === "") return wrong("email_invalid", 'There is nothing behind the "@".');
  const ascii = domainToASCII(domain);
  if (!/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(ascii)) {
    return wrong(
      "email_invalid",
      `"${domain}" is not a domain that can get mail. It should look like example.com.`,
    );
  }
  const normalized = `${local.toLowerCase()}@${ascii.toLowerCase()}`;
  if (Buffer.byteLength(local) > 64 || normalized.length > 254)
    return wrong("email_invalid", "The address is too long: 64 characters before the @, 254 in all.");
  return { email, normalized };
}
