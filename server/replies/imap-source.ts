import { ImapFlow } from "imapflow";
import { isIP } from "node:net";
import { resolvePublicHost } from "#server/mail/hosts";
import { problemOf, SmtpProblem } from "#server/mail/smtp-result";
import { type MailFolder, type MailSource, readBytesMax } from "./mail-source.ts";
import type { FolderKind } from "./schema.ts";

/** How to reach an inbox. `trusted` servers may have private addresses; `certificates` are further ones to believe (PEM). */
export type ImapServer = {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  user: string;
  password: string;
  trusted: boolean;
  certificates?: string;
};

const patience = { connectionTimeout: 10_000, greetingTimeout: 15_000, socketTimeout: 60_000 };
/** Of a connection on which the server speaks up by itself. Firewalls forget one that says nothing for longer. */
const idling = { maxIdleTime: 4 * 60_000, socketTimeout: 6 * 60_000 };

/**
 * Connects, encrypts, signs in and opens the inbox for reading only.
 * @throws SmtpProblem naming the phase: DNS, connect, TLS, sign-in or inbox
 */
export async function openImap(server: ImapServer): Promise<MailSource> {
  const client = await signIn(server);
  try {
    return await openFolder(client, "INBOX");
  } catch (error) {
    client.close();
    throw error;
  }
}

const openFolder = (client: ImapFlow, path: string): Promise<MailSource> =>
  guarded(async () => {
    const folder = await client.mailboxOpen(path, { readOnly: true });
    return source(client, { validity: String(folder.uidValidity), newest: folder.uidNext - 1 });
  });

/** What servers call their folders, by what these are for (RFC 6154); the library guesses it from the name otherwise. */
const purposes = new Map<string, FolderKind>([
  ["\\Junk", "junk"],
  ["\\Archive", "archive"],
  ["\\All", "archive"],
]);

/**
 * Has the server tell of new mail in the inbox as it comes (IDLE), until the connection ends, whoever ends it. Null when it
 * does not offer that. @throws SmtpProblem naming the phase
 */
export async function watchInbox(
  server: ImapServer,
  { onMail, onEnd }: { onMail: () => void; onEnd: () => void },
): Promise<{ close(): void } | null> {
  const client = await signIn(server, idling);
  try {
    if (!client.capabilities.has("IDLE")) {
      client.close();
      return null;
    }
    await client.mailboxOpen("INBOX", { readOnly: true });
  } catch (error) {
    client.close();
    throw problemIn(error, "inbox");
  }
  client.on("exists", ({ count, prevCount }: { count: number; prevCount: number }) => {
    if (count > prevCount) onMail();
  });
  client.on("close", onEnd);
  // It ends with the connection, or because the server wants no more of it.
  const end = () => client.close();
  client.idle().then(end, end);
  return { close: end };
}

async function signIn(server: ImapServer, waits: Partial<typeof idling> = {}): Promise<ImapFlow> {
  const { host, port, security, user, password, certificates } = server;
  const address = await resolvePublicHost(host, server.trusted || undefined);
  const servername = isIP(host) ? undefined : host;
  const client = new ImapFlow({
    host: address,
    port,
    secure: security === "tls",
    // Undefined would mean "when offered", which whoever sits in between can prevent.
    ...(security !== "tls" && { doSTARTTLS: security === "starttls" }),
    servername,
    tls: {
      minVersion: "TLSv1.2",
      ...(servername && { servername }),
      ...(certificates && { ca: certificates }),
    },
    auth: { user, pass: password },
    clientInfo: { name: "Postroad" },
    disableAutoIdle: true,
    logger: false,
    maxLiteralSize: 4 * readBytesMax,
    maxResponseSize: 8 * readBytesMax,
    ...patience,
    ...waits,
  });
  // Without a listener an error between two commands would end the process; the next command fails with it.
  client.on("error", () => client.close());
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.close();
    throw problemIn(error, "connect");
  }
}

function source(client: ImapFlow, inbox: Pick<MailSource, "validity" | "newest">): MailSource {
  const search = async (query: Parameters<ImapFlow["search"]>[0]): Promise<number[]> => {
    const found = await guarded(() => client.search(query, { uid: true }));
    return Array.isArray(found) ? found.sort((a, b) => a - b) : [];
  };
  return {
    ...inbox,
    async listAfter(uid, limit) {
      // "n:*" names the last mail even when its number is lower.
      return (await search({ uid: `${uid + 1}:*` })).filter((one) => one > uid).slice(0, limit);
    },
    listSince: async (since, limit) => (await search({ since })).slice(-limit),
    async *read(uids) {
      if (uids.length === 0) return;
      const fetched = client.fetch(
        uids.join(","),
        { uid: true, source: { maxLength: readBytesMax } },
        { uid: true },
      );
      const mails = fetched[Symbol.asyncIterator]();
      let handedOut = false;
      try {
        for (;;) {
          const next = await guarded(() => mails.next());
          if (next.done) return;
          handedOut = true;
          if (next.value.source) yield { uid: next.value.uid, raw: next.value.source };
          handedOut = false;
        }
      } finally {
        // Who wants no more does not wait for what is on its way: a farewell would queue behind all of it.
        if (handedOut) client.close();
        await mails.return?.();
      }
    },
    folders: (kinds) =>
      guarded(async () =>
        (await client.list()).flatMap(({ path, specialUse, flags }): MailFolder[] => {
          const kind = purposes.get(specialUse ?? "");
          return kind && kinds.includes(kind) && !flags.has("\\Noselect") ? [{ path, kind }] : [];
        }),
      ),
    open: ({ path }) => openFolder(client, path),
    close: () =>
      client.logout().catch(() => {
        client.close();
      }),
  };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw problemIn(error, "inbox");
  }
}

type LibraryError = Error & { authenticationFailed?: boolean; responseText?: string; code?: string };

function problemIn(error: unknown, phase: "connect" | "inbox"): SmtpProblem {
  if (error instanceof SmtpProblem) return error;
  const known: LibraryError = error instanceof Error ? error : new Error(String(error));
  const said = known.responseText?.replace(/\s+/g, " ").trim();
  if (known.authenticationFailed)
    return new SmtpProblem("sign-in", `sign-in: ${said || "the server refuses it"}`, undefined, error);
  if (/STARTTLS|upgrade/i.test(known.message) || known.code === "TLSFailed")
    return new SmtpProblem("TLS", `TLS: ${known.message}`, undefined, error);
  if (/timeout/i.test(known.code ?? ""))
    return new SmtpProblem(phase, `${phase}: no answer in time`, undefined, error);
  if (said) return new SmtpProblem(phase, `${phase}: ${said}`, undefined, error);
  return problemOf(error, phase);
}
