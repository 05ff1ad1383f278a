import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { appNow } from "#db/clock";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { createRunner, emailStep, type Started } from "#server/enrollments/testing";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { seal } from "#server/seal";
import { type ImapServer, openImap } from "./imap-source.ts";
import { startListening } from "./listen.ts";
import { readNext, startReader } from "./run.ts";
import { type Dovecot, dovecotMissing, password, startDovecot, startRefusing } from "./testing-dovecot.ts";
import { exchangeReport, postfixReport, replyMail } from "./testing-mails.ts";
import { readAll, sentTo, traces, underway } from "./testing.ts";

vi.hoisted(() => Object.assign(process.env, { ALLOW_PRIVATE_HOSTS: "true" }));
const runner = createRunner(sinks);
const ports = {
  plain: 20_310 + 2 * Number(process.env.VITEST_POOL_ID ?? 0),
  tls: 20_311 + 2 * Number(process.env.VITEST_POOL_ID ?? 0),
};
let dovecot: Dovecot;

if (dovecotMissing) console.warn(dovecotMissing);
beforeAll(async () => {
  if (!dovecotMissing) dovecot = await startDovecot(ports);
});
beforeEach(() => runner.forget());
afterAll(async () => {
  if (!dovecotMissing) await dovecot.remove();
});
const withDovecot = test.skipIf(dovecotMissing !== null);

/** By the product's clock, which other tests may have moved. */
async function deliver(user: string, raw: Uint8Array, folder?: string): Promise<void> {
  dovecot.deliver(user, raw, await withoutTenant(appNow), folder);
}

const server = (given: Partial<ImapServer> = {}): ImapServer => ({
  host: "localhost",
  port: ports.plain,
  security: "none",
  user: "reader",
  password,
  trusted: true,
  ...given,
});

/** A campaign underway whose mailbox is read over IMAP; sending stays with the test's sink. */
async function connected(
  count: number,
  given: { password?: string; port?: number } = {},
): Promise<Started & { user: string }> {
  const campaign = await underway(runner, { emails: people(count), steps: [emailStep(), emailStep()] });
  const user = campaign.emailAccountId;
  const place = {
    tenantId: campaign.scope.tenantId,
    table: "email_accounts",
    rowId: user,
    column: "imap_secret_sealed",
  };
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`
      update email_accounts set provider = 'smtp', imap_host = 'localhost', imap_port = ${given.port ?? ports.plain},
        imap_security = 'none', imap_username = ${user}, imap_secret_sealed = ${seal(given.password ?? password, place)}
      where id = ${user}::uuid`),
  );
  return { ...campaign, user };
}

const stateOf = ({ scope }: Started) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{
      problem: string | null;
      waits: number;
      last_uid: number;
      read: boolean;
    }>(sql`
      select r.problem, extract(epoch from r.wakes_at - app_now())::int as waits, r.last_uid, a.last_sync_at is not null as read
      from mailbox_readers r join email_accounts a on a.id = r.email_account_id`);
    return row;
  });

withDovecot("replies and reports are read from a real server, and nothing there is touched", async () => {
  const campaign = await connected(3);
  const [one, two, three] = [
    await sentTo(campaign, "person-0@example.test"),
    await sentTo(campaign, "person-1@example.test"),
    await sentTo(campaign, "person-2@example.test"),
  ];
  await deliver(campaign.user, replyMail({ from: one.to }, { head: [`In-Reply-To: ${one.messageId}`] }));
  await deliver(campaign.user, exchangeReport(two));
  expect(await readAll(campaign)).toBe(2);
  await deliver(
    campaign.user,
    postfixReport(three, { status: "5.2.2", diagnostic: "552 5.2.2 mailbox full" }),
  );
  // Somebody else's mail, larger than what is read of one.
  const large = `From: a@b.test\r\nSubject: Large\r\nContent-Type: text/plain\r\n\r\n${"x".repeat(900)}\r\n`;
  await deliver(campaign.user, Buffer.from(large + `${"y".repeat(900)}\r\n`.repeat(2_000)));
  expect(await readAll(campaign)).toBe(1);
  expect(await traces(campaign)).toMatchObject({ inbound: 3, replied: 1, bounced: 2 });
  expect(dovecot.seen(campaign.user)).toBe(0);
  expect(await stateOf(campaign)).toMatchObject({ problem: null, waits: 60, read: true });
});

withDovecot(
  "junk is read for what names a message of ours, an archive where it is asked for, and a shut folder is named",
  async () => {
    const campaign = await connected(4);
    const replyOf = async (person: string) =>
      replyMail({ from: person }, { head: [`In-Reply-To: ${(await sentTo(campaign, person)).messageId}`] });
    await deliver(campaign.user, await replyOf("person-0@example.test"), "Junk");
    await deliver(campaign.user, replyMail({ from: "person-1@example.test", text: "You won" }, {}), "Junk");
    await deliver(campaign.user, await replyOf("person-2@example.test"), "Ablage");
    expect(await readAll(campaign)).toBe(1);
    expect(await readAll(campaign)).toBe(0);
    await withTenant(campaign.scope, (tx) =>
      tx.execute(sql`update email_accounts set settings = '{"reads": ["junk", "archive"]}'`),
    );
    expect(await readAll(campaign)).toBe(1);
    expect(await traces(campaign)).toMatchObject({ inbound: 2, replied: 2 });
    dovecot.shut(campaign.user, "Junk");
    await deliver(campaign.user, await replyOf("person-3@example.test"));
    expect(await readAll(campaign)).toBe(1);
    expect(await stateOf(campaign)).toMatchObject({
      problem: expect.stringMatching(/^Junk: /) as string,
      waits: 60,
    });
  },
);

withDovecot(
  "a server that numbers its mails anew is read again from two weeks back, and nothing counts twice",
  async () => {
    const campaign = await connected(3);
    const head = [`In-Reply-To: ${(await sentTo(campaign, "person-0@example.test")).messageId}`];
    for (let n = 0; n < 3; n += 1)
      await deliver(campaign.user, replyMail({ from: "x@y.test", text: `No ${n}` }, {}));
    await deliver(campaign.user, replyMail({ from: "person-0@example.test" }, { head }));
    expect(await readAll(campaign)).toBe(1);
    const before = await stateOf(campaign);
    dovecot.renumber(campaign.user);
    expect(await readAll(campaign)).toBe(0);
    await deliver(campaign.user, replyMail({ from: "person-1@example.test" }, {}));
    expect(await readAll(campaign)).toBe(1);
    expect(before?.last_uid).toBe(4);
    expect(await traces(campaign)).toMatchObject({ inbound: 2, replied: 2 });
  },
);

withDovecot(
  "what goes wrong is named with its phase, waits longer each time, and mends by itself",
  async () => {
    const campaign = await connected(1);
    const mailbox = {
      tenantId: campaign.scope.tenantId,
      workspaceId: campaign.scope.workspaceId,
      emailAccountId: campaign.emailAccountId,
    };
    const fence = (await startReader(mailbox, "reader")) ?? -1;
    await dovecot.stop();
    const waits = [];
    for (let n = 0; n < 3; n += 1) {
      await readNext({ ...mailbox, fence });
      waits.push((await stateOf(campaign))?.waits);
    }
    expect(waits).toEqual([60, 120, 300]);
    expect((await stateOf(campaign))?.problem).toBe("connect: nothing listens on that port");
    await dovecot.start();
    await deliver(campaign.user, replyMail({ from: "person-0@example.test" }, {}));
    expect(await readNext({ ...mailbox, fence })).toMatchObject({ held: true, recorded: 1 });
    expect(await stateOf(campaign)).toMatchObject({ problem: null, waits: 60 });
  },
);

withDovecot("a refused password is not tried again for half an hour", async () => {
  const campaign = await connected(1, { password: "wrong" });
  await readAll(campaign);
  expect(await stateOf(campaign)).toMatchObject({
    problem: expect.stringMatching(/^sign-in: /) as string,
    waits: 1_800,
  });
});

withDovecot.each([
  [
    "TLS that nobody vouches for",
    { port: ports.tls, security: "tls" as const },
    /^TLS: the certificate is self-signed/,
  ],
  [
    "STARTTLS that nobody vouches for",
    { security: "starttls" as const },
    /^TLS: the certificate is self-signed/,
  ],
  ["a wrong password", { password: "wrong" }, /^sign-in: /],
  ["a port of nobody", { port: 20_399 }, /^connect: nothing listens/],
  ["TLS to a server that speaks none", { security: "tls" as const }, /^(TLS|connect): /],
])("%s is refused", async (_what, given, sentence) => {
  await expect(openImap(server(given))).rejects.toThrow(sentence);
});

withDovecot("an inbox is tried before it is saved, read from then on, and forgotten again", async () => {
  const { caller, scope } = await newTenant();
  const [{ id } = { id: "" }] = await withTenant(scope, (tx) =>
    tx.execute<{ id: string }>(sql`
      insert into email_accounts (email, provider, status, smtp_host, smtp_port, smtp_security)
      values ('us@example.com', 'smtp', 'active', 'smtp.example.com', 465, 'tls') returning id`),
  );
  const reading = {
    id,
    imapHost: "127.0.0.1",
    imapPort: ports.plain,
    imapSecurity: "none" as const,
    imapUsername: "somebody",
    imapPassword: "wrong",
  };
  await expect(caller.mailboxes.setReading({ ...reading, imapPassword: "" })).rejects.toThrow(
    /another server/,
  );
  await expect(caller.mailboxes.setReading(reading)).rejects.toThrow(/^sign-in: /);
  const checks = await caller.mailboxes.testReading({ ...reading, imapPassword: password });
  expect(checks.map(({ phase, outcome }) => `${phase} ${outcome}`)).toEqual([
    "DNS passed",
    "connect passed",
    "sign-in passed",
    "inbox passed",
  ]);
  sinks.events.splice(0);
  await caller.mailboxes.setReading({ ...reading, imapPassword: password });
  expect(sinks.events).toMatchObject([{ name: "mailbox/read.due", data: { emailAccountId: id } }]);
  // The password is stored, and is not asked for again.
  await caller.mailboxes.setReading({ ...reading, imapPassword: "" });
  const listed = async () => (await caller.mailboxes.list()).mailboxes.find((one) => one.id === id);
  expect(await listed()).toMatchObject({ imapHost: "127.0.0.1", readProblem: null });
  expect(JSON.stringify(await listed())).not.toContain(password);
  await caller.mailboxes.stopReading({ id });
  expect(await listed()).toMatchObject({ imapHost: null });
});

withDovecot.each([
  ["TLS", { port: ports.tls, security: "tls" as const }],
  ["STARTTLS", { security: "starttls" as const }],
])("%s is read through", async (_what, given) => {
  await deliver("reader", replyMail({ from: "a@b.test" }, {}));
  const source = await openImap(server({ ...given, certificates: dovecot.certificate }));
  const uids = await source.listAfter(0, 10);
  expect(uids.length).toBeGreaterThan(0);
  expect(await source.listAfter(uids.at(-1) ?? 0, 10)).toEqual([]);
  await source.close();
});

withDovecot("a server that does not list its folders still has its inbox read", async () => {
  const refusing = await startRefusing(ports.plain, / LIST (?=.*\*)/);
  onTestFinished(refusing.stop);
  const campaign = await connected(1, { port: refusing.port });
  await deliver(campaign.user, replyMail({ from: "person-0@example.test" }, {}));
  expect(await readAll(campaign)).toBe(1);
  expect(await stateOf(campaign)).toMatchObject({
    problem: expect.stringMatching(/^The list of folders: /) as string,
    waits: 60,
    read: true,
  });
});

withDovecot("who stops in the middle of reading is rid of the connection at once", async () => {
  for (let n = 0; n < 5; n += 1) await deliver("leaver", replyMail({ from: "a@b.test" }, {}));
  const source = await openImap(server({ user: "leaver" }));
  for await (const { uid } of source.read(await source.listAfter(0, 10))) {
    expect(uid).toBe(1);
    break;
  }
  const before = performance.now();
  await source.close();
  expect(performance.now() - before).toBeLessThan(2_000);
});

withDovecot(
  "a server that tells of new mail by itself is listened to by one worker, which has it read at once",
  async () => {
    const campaign = await connected(2);
    await deliver(campaign.user, replyMail({ from: "person-1@example.test" }, {}));
    expect(await readAll(campaign)).toBe(1);
    sinks.events.splice(0);
    const listener = async () => {
      const [row] = await withTenant(campaign.scope, (tx) =>
        tx.execute<{ listener: string | null }>(
          sql`select listener from mailbox_readers where listened_until > app_now()`,
        ),
      );
      return row?.listener;
    };
    const workers = [startListening("one"), startListening("two")];
    await expect.poll(listener, { timeout: 5_000 }).toMatch(/^(one|two)$/);
    // Mail goes on coming until the connection stands and the server speaks up.
    await expect
      .poll(
        async () => {
          await deliver(campaign.user, replyMail({ from: "person-0@example.test" }, {}));
          return sinks.events.some(
            ({ name, data }) =>
              name === "mailbox/read.due" && data.emailAccountId === campaign.emailAccountId,
          );
        },
        { timeout: 10_000, interval: 200 },
      )
      .toBe(true);
    expect(await readAll(campaign, "called")).toBeGreaterThan(0);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(await listener()).toBeUndefined();
  },
);
