import { setTimeout as sleep } from "node:timers/promises";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { v7 } from "uuid";
import { postgresError } from "#db/errors";
import { env } from "#server/env";
import { log } from "#server/log";
import { readHead } from "./head.ts";
import { planActs } from "./plan.ts";
import type { RobotSettings } from "./schema.ts";
import { forgetOldMails, storeMails, type CaughtMail } from "./store.ts";

const sizeMax = 30 * 1024 * 1024;
const groupBytesMax = 8 * 1024 * 1024;
const forgetEvery = 5_000;

/** `settings` is asked for each group of mails; `appUrl` tells campaign mail of this installation from any other. */
export type CatcherOptions = { settings: () => RobotSettings; onPlanned: () => void; appUrl?: string };

export type Catcher = { port: number; stop(): Promise<void> };

/**
 * Takes every mail and keeps it. A mail is acknowledged after its commit and not before; what comes in during one
 * commit goes into the next together.
 */
export async function startCatcher(
  port: number,
  { settings, onPlanned, appUrl = env.APP_URL }: CatcherOptions,
): Promise<Catcher> {
  const store = grouped({ settings, onPlanned, appUrl });
  const server = new SMTPServer({
    banner: "Postroad sandbox",
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    size: sizeMax,
    closeTimeout: 2_000,
    onAuth: ({ username }, _session, done) => done(null, { user: username ?? "" }),
    onData(stream, session, done) {
      receive(stream, session, store).then(
        () => done(null, "kept"),
        (error: unknown) => {
          log.error({ err: error }, "the sandbox could not keep a mail");
          done(Object.assign(new Error("The sandbox cannot keep mail right now"), { responseCode: 451 }));
        },
      );
    },
  });
  server.on("error", (error) => log.warn({ err: error }, "the sandbox's mail server"));
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.server.address();
  return {
    port: typeof address === "object" && address ? address.port : port,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

type Store = (mails: CaughtMail[]) => Promise<void>;

async function receive(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  store: Store,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) chunks.push(chunk);
  if (stream.sizeExceeded) throw new Error(`A mail is larger than ${sizeMax} bytes.`);
  const raw = Buffer.concat(chunks);
  const { mailFrom, rcptTo } = session.envelope;
  const from = mailFrom ? mailFrom.address : "";
  const user: unknown = session.user;
  const mailbox = typeof user === "string" ? user : null;
  await store(rcptTo.map(({ address }) => ({ id: v7(), mailbox, from, to: address, raw })));
}

type Waiting = { mails: CaughtMail[]; done: () => void; failed: (error: unknown) => void };

/** One commit at a time; whoever arrives meanwhile waits for the next one. */
function grouped({ settings, onPlanned, appUrl }: Required<CatcherOptions>): Store {
  let waiting: Waiting[] = [];
  let busy = false;
  let stored = 0;
  const flush = async () => {
    if (busy) return;
    busy = true;
    while (waiting.length > 0) {
      const group = takeGroup(waiting);
      waiting = waiting.slice(group.length);
      const mails = group.flatMap((each) => each.mails);
      const acts = mails
        .filter(({ raw }) => isOurs(raw, appUrl))
        .flatMap((mail) => planActs(mail, settings()));
      try {
        await storeSurely(mails, acts);
        for (const { done } of group) done();
        if (acts.length > 0) onPlanned();
      } catch (error) {
        for (const { failed } of group) failed(error);
        continue;
      }
      stored += mails.length;
      if (stored < forgetEvery) continue;
      stored = 0;
      await forgetOldMails().catch((error: unknown) =>
        log.warn({ err: error }, "old mails were not forgotten"),
      );
    }
    busy = false;
  };
  return (mails) =>
    new Promise((done, failed) => {
      waiting.push({ mails, done, failed });
      void flush();
    });
}

const storeAttempts = 40;

/**
 * When Postgres dies in a commit, nobody knows whether the mails were kept: to refuse them then would have them sent a
 * second time. With their ids they can be stored again until it answers.
 */
async function storeSurely(...kept: Parameters<typeof storeMails>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await storeMails(...kept);
    } catch (error) {
      const code = postgresError(error)?.code ?? "08000";
      if (attempt === storeAttempts || !/^(08|57)/.test(code)) throw error;
      await sleep(500);
    }
  }
}

function takeGroup(waiting: readonly Waiting[]): Waiting[] {
  let bytes = 0;
  const end = waiting.findIndex(({ mails }, at) => {
    bytes += mails.reduce((sum, { raw }) => sum + raw.length, 0);
    return at > 0 && bytes > groupBytesMax;
  });
  return waiting.slice(0, end < 0 ? undefined : end);
}

/** A campaign's mail, which a reader can do something with. The product's own mail and tests of it are left alone. */
function isOurs(raw: Buffer, appUrl: string): boolean {
  const { unsubscribeUrl, subject } = readHead(raw);
  return unsubscribeUrl?.startsWith(`${appUrl}/u/`) === true && !subject.startsWith("[Test]");
}
