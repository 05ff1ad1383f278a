import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/*
 * A real mail server for tests: Dovecot, as a child with a folder and a configuration of its own.
 */

const program = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot"].find((file) =>
  existsSync(file),
);

/** Why tests that need it are passed over; null when it is here. */
export const dovecotMissing = program
  ? null
  : "Dovecot is not installed, so nothing is read from a real IMAP server here: apt-get install dovecot-imapd";

export const password = "correct-horse";

export type Dovecot = {
  ports: { plain: number; tls: number };
  /** The certificate that its TLS shows, for `localhost`, which nobody has signed. */
  certificate: string;
  /** Puts a mail into somebody's inbox, or a folder beside it; it came `at` that time. */
  deliver(user: string, raw: Uint8Array, at: Date, folder?: string): void;
  /** Makes a folder beside somebody's inbox one that cannot be read. */
  shut(user: string, folder: string): void;
  /** Gives every mail of theirs a new number, as a server that was moved does. */
  renumber(user: string): void;
  /** How many of their mails somebody has seen. */
  seen(user: string): number;
  /** Ends it, and with it every connection. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
};

export async function startDovecot(ports: Dovecot["ports"]): Promise<Dovecot> {
  if (!program) throw new Error(dovecotMissing ?? "");
  const folder = mkdtempSync(path.join(tmpdir(), "dovecot-"));
  chmodSync(folder, 0o755);
  const root = process.getuid?.() === 0;
  // Dovecot serves no mail as root.
  const owner = root
    ? { uid: 65_534, gid: 65_534 }
    : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const at = (...parts: string[]) => path.join(folder, ...parts);
  makeCertificate(at("cert.pem"), at("key.pem"));
  writeFileSync(at("dovecot.conf"), configuration(folder, ports, owner, root));
  const inbox = (user: string, folder?: string) => {
    const maildir = at("home", user, "Maildir", ...(folder ? [`.${folder}`] : []));
    for (const part of ["cur", "new", "tmp"]) mkdirSync(path.join(maildir, part), { recursive: true });
    own(at("home"), owner, root);
    return maildir;
  };
  mkdirSync(at("home"));
  let child = await launch(program, at("dovecot.conf"), ports);
  let delivered = 0;
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("exit", resolve));
    }
  };
  return {
    ports,
    certificate: readFileSync(at("cert.pem"), "utf8"),
    shut: (user, folder) => chmodSync(inbox(user, folder), 0),
    deliver(user, raw, at, folder) {
      const file = path.join(inbox(user, folder), "new", `1.${process.pid}_${(delivered += 1)}.test`);
      writeFileSync(file, raw);
      utimesSync(file, at, at);
      if (root) chownSync(file, owner.uid, owner.gid);
    },
    renumber(user) {
      const maildir = inbox(user);
      for (const file of readdirSync(maildir))
        if (file.startsWith("dovecot")) rmSync(path.join(maildir, file));
    },
    seen: (user) => readdirSync(path.join(inbox(user), "cur")).filter((file) => /:2,.*S/.test(file)).length,
    stop,
    async start() {
      child = await launch(program, at("dovecot.conf"), ports);
    },
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function own(folder: string, { uid, gid }: { uid: number; gid: number }, root: boolean): void {
  if (!root) return;
  chownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) own(path.join(folder, entry.name), { uid, gid }, root);
    else chownSync(path.join(folder, entry.name), uid, gid);
}

const makeCertificate = (cert: string, key: string) =>
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "30",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost",
      "-keyout",
      key,
      "-out",
      cert,
    ],
    { stdio: "ignore" },
  );

function configuration(
  folder: string,
  { plain, tls }: Dovecot["ports"],
  { uid, gid }: { uid: number; gid: number },
  root: boolean,
): string {
  const me = userInfo().username;
  // An ordinary user can become nobody else, nor lock anything into a folder.
  const unprivileged = `
default_internal_user = ${me}
default_internal_group = ${me}
default_login_user = ${me}
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
`;
  return `
protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:~/Maildir
namespace inbox {
  inbox = yes
  mailbox Ablage {
    special_use = \\Archive
  }
}
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/home/%u
}
service imap-login {
  inet_listener imap {
    port = ${plain}
  }
  inet_listener imaps {
    port = ${tls}
    ssl = yes
  }
}
# Refused sign-ins are answered at once.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
${root ? "" : unprivileged}`;
}

async function launch(file: string, config: string, { plain }: Dovecot["ports"]) {
  const child = spawn(file, ["-F", "-c", config], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`Dovecot ended at once: ${said}`);
    if (await answers(plain)) return child;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`Dovecot does not answer: ${said}`);
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** The same server as one that does not know certain commands: what stands for them in a line, with a blank on both sides. */
export async function startRefusing(
  port: number,
  commands: RegExp,
): Promise<{ port: number; stop: () => void }> {
  const server = createServer((client) => {
    const upstream = createConnection(port, "127.0.0.1");
    const end = () => [client, upstream].forEach((one) => one.destroy());
    for (const one of [client, upstream]) one.on("error", end).on("close", end);
    upstream.pipe(client);
    client.on("data", (said) => {
      upstream.write(said.toString("latin1").replace(commands, " REFUSED "), "latin1");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, stop: () => void server.close() };
}
