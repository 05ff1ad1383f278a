import type { InboundMail } from "./inbound-mail.ts";

type Marks = Pick<InboundMail, "header" | "subject">;

/** Headers whose mere presence says that no person wrote the mail. */
const machineHeaders = [
  "x-autoreply",
  "x-autorespond",
  "x-autoresponder",
  "x-auto-reply-from",
  "x-mail-autoreply",
  "x-fc-machinegenerated",
  "x-cron-env",
];

// As last resort: programs that answer for people on leave without any header. Only at the very beginning of the
// subject, since a person may well write about being out of office.
const subjects =
  /^\s*(auto(matic|mated)?[- ]?(reply|response|svar|resposta|antwort)\b|automatische? (antwort|antwoord|reactie)|abwesenheits(notiz|meldung|nachricht)|abwesend:|out of (the )?office\b|ooo[: ]|on (annual leave|vacation|holiday):|réponse automatique|absence du bureau|respuesta automática|risposta automatica|resposta automática|autosvar\b|自動応答|自动回复)/i;

/**
 * Why a mail was written by a machine: the header that says so (RFC 3834 and what programs use besides), or null for
 * what a person may have written. X-Auto-Response-Suppress proves nothing: people's own mail programs send it.
 */
export function autoReplyReason({ header, subject }: Marks): string | null {
  const submitted = header("auto-submitted");
  if (submitted !== null && !/^\s*no\b/i.test(submitted)) return `Auto-Submitted: ${submitted}`;
  const present = machineHeaders.find(
    (name) => header(name) !== null && !/^(no|false)$/i.test(header(name) ?? ""),
  );
  if (present !== undefined) return present;
  const precedence = header("precedence")?.toLowerCase() ?? "";
  if (/^(auto[_-]?reply|bulk|junk)\b/.test(precedence)) return `Precedence: ${precedence}`;
  // A receiving server notes the envelope's sender; only machines leave it empty.
  if (header("return-path")?.replace(/\s/g, "") === "<>") return "an empty Return-Path";
  if (subjects.test(subject)) return "the subject";
  return null;
}

/** Mail to a list of people: an issue of a newsletter from somebody who was written to is no answer. */
export const isListMail = ({ header }: Pick<InboundMail, "header">): boolean =>
  ["list-id", "list-unsubscribe", "list-post"].some((name) => header(name) !== null)
  || /^(list|bulk)\b/i.test(header("precedence") ?? "");
