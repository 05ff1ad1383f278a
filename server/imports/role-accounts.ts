/**
 * Names before the "@" that stand for a task and not for a person: those of RFC 2142, and what else is customary. Mail
 * to them is read by several people, none of whom asked for it.
 */
const roles = new Set(
  [
    "info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp",
    "admin administrator billing accounts accounting finance invoice invoices orders office contact contactus",
    "hello help helpdesk service customerservice customercare enquiries inquiries feedback jobs careers hr recruitment",
    "legal compliance privacy press media pr team staff all everyone mail mailbox reception root sysadmin it",
    "noreply donotreply mailerdaemon subscribe unsubscribe newsletter list spam",
    "kontakt buchhaltung rechnung bewerbung vertrieb empfang contacto ventas comercial accueil direction",
  ].flatMap((names) => names.split(" ")),
);

/** Whether a normalised address is a task's: "no-reply@", "customer.service@" and "sales+x@" too. */
export function isRoleAccount(normalized: string): boolean {
  const local = normalized.slice(0, normalized.lastIndexOf("@"));
  return roles.has(local.replace(/\+.*$/, "").replace(/[._-]/g, ""));
}
