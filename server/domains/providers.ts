/** A mail server, and the SPF record that names the servers its mail leaves from. */
export type SpfServer = { host: string; include: string };

/** Endings of the names of providers' mail servers, and what their customers include. */
const providers: readonly [ending: string, include: string][] = [
  ["gmail.com", "_spf.google.com"],
  ["google.com", "_spf.google.com"],
  ["googlemail.com", "_spf.google.com"],
  ["office365.com", "spf.protection.outlook.com"],
  ["outlook.com", "spf.protection.outlook.com"],
  ["amazonaws.com", "amazonses.com"],
  ["sendgrid.net", "sendgrid.net"],
  ["mailgun.org", "mailgun.org"],
  ["postmarkapp.com", "spf.mtasv.net"],
  ["mailjet.com", "spf.mailjet.com"],
  ["brevo.com", "spf.brevo.com"],
  ["sendinblue.com", "spf.brevo.com"],
  ["zoho.com", "zohomail.com"],
  ["zoho.eu", "zohomail.eu"],
  ["fastmail.com", "spf.messagingengine.com"],
  ["messagingengine.com", "spf.messagingengine.com"],
  ["migadu.com", "spf.migadu.com"],
  ["mailbox.org", "mailbox.org"],
  ["protonmail.ch", "_spf.protonmail.ch"],
  ["ionos.com", "_spf-us.ionos.com"],
  ["ionos.de", "_spf-eu.ionos.com"],
  ["ovh.net", "mx.ovh.com"],
  ["gandi.net", "_mailcust.gandi.net"],
];

/** Those of these mail servers whose provider is known. */
export function spfServers(hosts: readonly string[]): SpfServer[] {
  return hosts.flatMap((host) => {
    const name = host.toLowerCase();
    const found = providers.find(([ending]) => name === ending || name.endsWith(`.${ending}`));
    return found ? [{ host, include: found[1] }] : [];
  });
}
