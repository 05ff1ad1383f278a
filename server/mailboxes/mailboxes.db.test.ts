import { SMTPServer } from "smtp-server";
import { eq, sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { emailAccounts } from "#db/schema/email-accounts";
import { withTenant } from "#db/tenancy";
import { createCampaign } from "#db/factories";
import { newTenant } from "#db/testing";
import { describedServer, reconnect } from "./connection.ts";
import { insertSandboxMailbox } from "./mutations.ts";
import { mailServerOf } from "./queries.ts";
import { testMailbox } from "./live-test.ts";
import type { MailboxCreateInput } from "./schema.ts";

const servers: SMTPServer[] = [];
afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
  );
});

/** A mail server that knows one user and lets them send as themselves. */
async function mailServer(): Promise<number> {
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    closeTimeout: 10,
    onAuth: ({ username, password }, _session, done) =>
      done(password === "right" ? null : Object.assign(new Error("no"), { responseCode: 535 }), {
        user: username,
      }),
    onMailFrom: ({ address }, _session, done) =>
      done(
        address === "us@example.com" ? null : Object.assign(new Error("not yours"), { responseCode: 553 }),
      ),
  });
  server.on("error", () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.server.address();
  return typeof address === "object" && address ? address.port : 0;
}

const input = (port: number, more: Partial<MailboxCreateInput> = {}): MailboxCreateInput => ({
  email: "us@example.com",
  displayName: "Us",
  smtpHost: "127.0.0.1",
  smtpPort: port,
  smtpSecurity: "none",
  smtpUsername: "us",
  password: "right",
  dailyLimit: 50,
  hourlyLimit: null,
  minDelaySeconds: 30,
  ...more,
});

test("a live test names every phase, and says what to do at the one that fails", async () => {
  const port = await mailServer();
  const server = {
    host: "127.0.0.1",
    port,
    security: "none" as const,
    user: "us",
    password: "right",
    trusted: true,
  };
  const outcomes = async (more: object, email = "us@example.com") =>
    (await testMailbox({ ...server, ...more }, email)).map(({ phase, outcome }) => `${phase} ${outcome}`);
  expect(await outcomes({})).toEqual(["DNS passed", "connect passed", "sign-in passed", "MAIL FROM passed"]);
  expect(await outcomes({ password: "wrong" })).toEqual([
    "DNS passed",
    "connect passed",
    "sign-in failed",
    "MAIL FROM skipped",
  ]);
  expect(await outcomes({}, "them@example.com")).toEqual([
    "DNS passed",
    "connect passed",
    "sign-in passed",
    "MAIL FROM failed",
  ]);
  expect(await outcomes({ security: "starttls" })).toEqual([
    "DNS passed",
    "connect passed",
    "TLS failed",
    "sign-in skipped",
    "MAIL FROM skipped",
  ]);
  expect(await outcomes({ port: 1 })).toEqual([
    "DNS passed",
    "connect failed",
    "sign-in skipped",
    "MAIL FROM skipped",
  ]);
  expect((await testMailbox({ ...server, host: "no-such-host.invalid" }, "us@example.com"))[0]).toMatchObject(
    { phase: "DNS", outcome: "failed" },
  );
});

test("a mailbox inside the network cannot be added: the test refuses its address", async () => {
  const { caller } = await newTenant();
  await expect(caller.mailboxes.create(input(await mailServer()))).rejects.toMatchObject({
    code: "BAD_REQUEST",
    message: expect.stringContaining("inside this network") as string,
  });
});

test("a password is stored sealed, opens for its own row only, and is never listed", async () => {
  const tenant = await newTenant();
  const inTenant = <T>(work: Parameters<typeof withTenant<T>>[1]) => withTenant(tenant.scope, work);
  const { createMailbox } = await import("./mutations.ts");
  const { id } = await inTenant((tx) => createMailbox(tx, tenant.userId, input(25, { password: "s3cret" })));
  const [row] = await inTenant((tx) => tx.select().from(emailAccounts).where(eq(emailAccounts.id, id)));
  expect(row?.secretSealed).toMatch(/^v1:/);
  expect(row?.secretSealed).not.toContain("s3cret");
  expect(await inTenant((tx) => mailServerOf(tx, id))).toMatchObject({ password: "s3cret", trusted: false });
  expect(JSON.stringify(await tenant.caller.mailboxes.list())).not.toMatch(/s3cret|v1:/);
  const moved = tenant.emailAccountId;
  await inTenant((tx) =>
    tx
      .update(emailAccounts)
      .set({
        provider: "smtp",
        secretSealed: row?.secretSealed,
        smtpHost: "h",
        smtpPort: 1,
        smtpSecurity: "none",
      })
      .where(eq(emailAccounts.id, moved)),
  );
  await expect(inTenant((tx) => mailServerOf(tx, moved))).rejects.toThrow(/moved from another row/);
  await expect(inTenant((tx) => createMailbox(tx, tenant.userId, input(25)))).rejects.toMatchObject({
    code: "conflict",
  });
});

test("a mailbox gets another password or server once that works, and a stored password goes to no other server", async () => {
  const { caller, scope, userId } = await newTenant();
  const { createMailbox } = await import("./mutations.ts");
  const id = await withTenant(scope, async (tx) => {
    const made = await createMailbox(tx, userId, input(25, { smtpHost: "smtp.example.com" }));
    await tx.execute(sql`update email_accounts set status = 'error', status_reason = 'refused', last_error = 'refused',
      consecutive_failures = 3 where id = ${made.id}::uuid`);
    await createCampaign(tx, { emailAccountId: made.id });
    await tx.execute(sql`update campaigns set status = 'paused'`);
    await tx.execute(sql`insert into mailbox_readers (email_account_id, problem, attempts, not_before)
      values (${made.id}::uuid, 'refused', 3, app_now() + interval '30 minutes')`);
    return made.id;
  });
  const {
    email: _,
    displayName: __,
    dailyLimit: ___,
    hourlyLimit: ____,
    minDelaySeconds: _____,
    ...given
  } = input(25);
  const elsewhere = { ...given, id, smtpHost: "smtp.elsewhere.test", password: "" };
  for (const call of [caller.mailboxes.reconnect, caller.mailboxes.testConnection])
    await expect(call(elsewhere)).rejects.toMatchObject({
      message: expect.stringContaining("Enter the password") as string,
    });
  const inside = { ...given, id, password: "new" };
  await expect(caller.mailboxes.reconnect(inside)).rejects.toThrow(/inside this network/);
  const stored = () => withTenant(scope, (tx) => mailServerOf(tx, id));
  expect(await stored()).toMatchObject({ host: "smtp.example.com", password: "right" });
  const known = { ...elsewhere, smtpHost: "mail.example.com" };
  const described = await withTenant(scope, (tx) => describedServer(tx, known));
  expect(described.server).toMatchObject({ host: "mail.example.com", password: "right", trusted: false });
  const workspace = { tenantId: scope.tenantId, workspaceId: scope.workspaceId };
  const { paused } = await withTenant(scope, (tx) => reconnect(tx, { scope: workspace, userId }, inside));
  expect(paused).toBe(1);
  const [reader] = await withTenant(scope, (tx) =>
    tx.execute(
      sql`select problem, attempts, not_before as "notBefore", wakes_at <= app_now() as due from mailbox_readers`,
    ),
  );
  expect(reader).toEqual({ problem: null, attempts: 0, notBefore: null, due: true });
  expect(await stored()).toMatchObject({ host: "127.0.0.1", password: "new" });
  const { mailboxes } = await caller.mailboxes.list();
  expect(mailboxes.find((one) => one.id === id)).toMatchObject({ status: "active", lastError: null });
});

test("a sandbox mailbox is made once per workspace, and another workspace does not see it", async () => {
  const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
  const ids = await withTenant(ours.scope, async (tx) => [
    await insertSandboxMailbox(tx),
    await insertSandboxMailbox(tx),
  ]);
  expect(ids[0]).toBe(ids[1]);
  await expect(theirs.caller.mailboxes.retest({ id: ids[0] ?? "" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(theirs.caller.mailboxes.remove({ id: ids[0] ?? "" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("a mailbox that a campaign needs stays; one with a history is switched off instead of removed", async () => {
  const tenant = await newTenant();
  const { createMailbox } = await import("./mutations.ts");
  const [used, fresh] = await withTenant(tenant.scope, async (tx) => {
    const { id } = await createMailbox(tx, tenant.userId, input(25));
    await createCampaign(tx, { emailAccountId: id, name: "Spring" });
    return [id, (await createMailbox(tx, tenant.userId, input(25, { email: "other@example.com" }))).id];
  });
  await expect(tenant.caller.mailboxes.remove({ id: used })).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("Spring") as string,
  });
  await withTenant(tenant.scope, (tx) => tx.execute(sql`update campaigns set status = 'completed'`));
  expect(await tenant.caller.mailboxes.remove({ id: used })).toBe("disabled");
  expect(await tenant.caller.mailboxes.remove({ id: fresh })).toBe("removed");
  await expect(tenant.caller.mailboxes.remove({ id: tenant.emailAccountId })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await tenant.caller.mailboxes.update({
    id: tenant.emailAccountId,
    displayName: "",
    dailyLimit: null,
    minDelaySeconds: 0,
    status: "paused",
  });
  expect(
    (await tenant.caller.mailboxes.list()).mailboxes.find(({ id }) => id === tenant.emailAccountId),
  ).toMatchObject({ status: "paused", sentToday: 0 });
});
