/**
 * What a failure says about the address (RFC 3463):
 * - `hard`: it does not exist, or takes no mail any more.
 * - `soft`: it could not be reached this time. Also whatever cannot be understood.
 * - `block`: the mail or its sender was refused, whoever it was for; the address may be fine.
 */
export type BounceClass = "hard" | "soft" | "block";

const nobody =
  /user unknown|unknown user|no such (user|mailbox|recipient|address|person)|(user|mailbox|recipient|account|address|email)[^.]{0,40} (does not|doesn't|do not) exist|(mailbox|address|recipient|user|account)[^.]{0,20} not found|invalid (recipient|mailbox|address)|no mailbox here|recipient (address )?rejected: (access denied|user|undeliverable|unverified)|unrouteable address|(account|mailbox|user|address)[^.]{0,30} (disabled|inactive|deactivated|suspended|no longer (exists|in use|active|available|valid))|not a valid (mailbox|recipient|address)|bad destination mailbox|domain (name )?(not found|does not exist)|host (or domain name )?not found/i;
const full =
  /(mailbox|quota|storage|inbox)[^.]{0,40} (full|exceeded|over)|over[ -]?quota|quota exceeded|insufficient (system )?storage/i;
const refused =
  /\bspam\b|blacklist|block ?list|blocked|reputation|\bpolicy\b|\bDMARC\b|\bSPF\b|\bDKIM\b|unauthenticated|not authori[sz]ed|content (rejected|refused)|virus|rate limit|too many (messages|recipients|connections)|message (size|too (large|big))|\b5\.7\.\d|banned|denied by/i;

/** `status` is the enhanced code where there is one, `diagnostic` what the server said. */
export function bounceClass({
  status,
  diagnostic,
}: {
  status: string | null;
  diagnostic: string;
}): BounceClass {
  const enhanced =
    status && !/^5\.0\.0$/.test(status)
      ? status
      : (/\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(diagnostic)?.[0] ?? status);
  const [kind, subject, detail] = (enhanced ?? "").split(".").map(Number);
  if (full.test(diagnostic) || (subject === 2 && detail === 2)) return "soft";
  if (subject === 7) return "block";
  if (kind === 4) return "soft";
  // 5.1.7 and 5.1.8 are about the sender's own address.
  if (subject === 1) return detail === 7 || detail === 8 ? "block" : "hard";
  if (nobody.test(diagnostic)) return "hard";
  if (refused.test(diagnostic) || subject === 6 || (subject === 3 && detail === 4)) return "block";
  if (subject === 2 && detail === 1) return "hard";
  return "soft";
}
