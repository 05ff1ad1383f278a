import { and, eq, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { emailAccounts } from "#db/schema/email-accounts";
import { loginAttempts, passwordResetTokens, sessions } from "#db/schema/users";
import { withTenant } from "#db/tenancy";
import { createPasswordReset } from "#server/accounts/password-reset";
import { signIn } from "#server/accounts/sign-in";
import { callerFor } from "#server/testing";

const visitor = () => callerFor({ sessionId: null, workspaceSlug: null });
const device = { ip: "127.0.0.1", userAgent: "test" };
const passwordInTests = "correct horse battery";
const newEmail = () => `${crypto.randomUUID()}@example.com`;
const attempt = (email: string, password: string) => signIn({ email, password }, device);

/** Registers somebody the way the page does. */
async function newAccount({
  name = "Ada Lovelace",
  company = "Analytical Engines",
  email = newEmail(),
} = {}) {
  const { slug } = await visitor().accounts.register({ name, company, email, password: passwordInTests });
  const sessionId = await signInAs(email);
  return { email, slug, sessionId, caller: callerFor({ sessionId, workspaceSlug: slug }) };
}

async function signInAs(email: string): Promise<string> {
  const session = await attempt(email, passwordInTests);
  if (!session) throw new Error(`${email} could not sign in.`);
  return session.id;
}

async function resetToken(email: string): Promise<string> {
  const reset = await createPasswordReset(email);
  if (!reset) throw new Error(`${email} has no account.`);
  return reset.token;
}

describe("registering", () => {
  test("gives an organization one owns, and a workspace that can send", async () => {
    const { caller } = await newAccount({ name: "Ada Lovelace", company: "Analytical Engines" });
    const { user, workspace, role, tenantRoles } = await caller.workspaces.current();
    expect(user.name).toBe("Ada Lovelace");
    expect(workspace).toMatchObject({ name: "Analytical Engines", tenantName: "Analytical Engines" });
    expect({ role, tenantRoles }).toEqual({ role: "admin", tenantRoles: ["owner"] });
    const senders = await withTenant({ tenantId: workspace.tenantId, workspaceId: workspace.id }, (tx) =>
      tx.select({ status: emailAccounts.status, isDefault: emailAccounts.isDefault }).from(emailAccounts),
    );
    expect(senders).toEqual([{ status: "active", isDefault: true }]);
  });

  test("two companies of one name get two addresses", async () => {
    const company = `Twin ${crypto.randomUUID().slice(0, 8)}`;
    const [first, second] = [await newAccount({ company }), await newAccount({ company })];
    expect(second.slug).toBe(`${first.slug}-2`);
  });

  test("an address can be registered once, however it is written", async () => {
    const { email } = await newAccount();
    const again = newAccount({ email: email.toUpperCase() });
    await expect(again).rejects.toMatchObject({
      code: "CONFLICT",
      cause: { fields: { email: expect.any(String) as string } },
    });
  });

  test("a failed registration leaves nothing behind", async () => {
    const { email } = await newAccount();
    const company = `Ghost ${crypto.randomUUID().slice(0, 8)}`;
    await expect(newAccount({ email, company })).rejects.toThrow();
    const { slug } = await newAccount({ company });
    expect(slug).not.toMatch(/-2$/);
  });
});

describe("signing in", () => {
  test("a wrong password and an unknown address look alike", async () => {
    const { email } = await newAccount();
    expect(await attempt(email, "not the password")).toBeNull();
    expect(await attempt(`${crypto.randomUUID()}@example.com`, "not the password")).toBeNull();
  });

  test.each(["an account", "an address without one"])(
    "five wrong tries lock %s, also for the right password",
    async (kind) => {
      const email = kind === "an account" ? (await newAccount()).email : `${crypto.randomUUID()}@example.com`;
      for (let tries = 0; tries < 5; tries += 1) expect(await attempt(email, "not the password")).toBeNull();
      await expect(attempt(email, passwordInTests)).rejects.toMatchObject({ code: "limit" });
    },
  );

  test("of many tries in parallel, five passwords are looked at", async () => {
    const { email } = await newAccount();
    await Promise.allSettled(Array.from({ length: 12 }, () => attempt(email, "not the password")));
    const failures = await withoutTenant((tx) =>
      tx
        .select({ id: loginAttempts.id })
        .from(loginAttempts)
        .where(and(eq(loginAttempts.email, email), eq(loginAttempts.succeeded, false))),
    );
    expect(failures).toHaveLength(5);
  });

  test("a right password starts the count afresh", async () => {
    const { email } = await newAccount();
    for (let round = 0; round < 2; round += 1) {
      for (let tries = 0; tries < 4; tries += 1) await attempt(email, "not the password");
      expect(await attempt(email, passwordInTests)).not.toBeNull();
    }
  });

  test("a sixth session ends the one longest unused", async () => {
    const { email, sessionId, slug } = await newAccount();
    for (let more = 0; more < 5; more += 1) await signInAs(email);
    const first = callerFor({ sessionId, workspaceSlug: slug });
    await expect(first.workspaces.current()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });
});

describe("a session", () => {
  test("ends when it is signed out elsewhere, and nobody can end somebody else's", async () => {
    const { email, caller, sessionId } = await newAccount();
    const elsewhere = await signInAs(email);
    const stranger = await newAccount();
    await expect(stranger.caller.accounts.revokeSession({ id: elsewhere })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await caller.accounts.revokeSession({ id: elsewhere });
    const ended = callerFor({ sessionId: elsewhere, workspaceSlug: null });
    await expect(ended.accounts.sessions()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect((await caller.accounts.sessions()).map(({ id }) => id)).toEqual([sessionId]);
  });

  test("ends after eight hours without use, and use within them keeps it", async () => {
    const { sessionId, slug } = await newAccount();
    const unusedFor = (hours: number) =>
      withoutTenant((tx) =>
        tx
          .update(sessions)
          .set({ lastSeenAt: sql`app_now() - make_interval(hours => ${hours})` })
          .where(eq(sessions.id, sessionId)),
      );
    await unusedFor(7);
    await callerFor({ sessionId, workspaceSlug: slug }).workspaces.current();
    const [row] = await withoutTenant((tx) =>
      tx.execute<{ fresh: boolean }>(
        sql`select last_seen_at > app_now() - interval '1 minute' as fresh from sessions where id = ${sessionId}`,
      ),
    );
    expect(row?.fresh).toBe(true);
    await unusedFor(9);
    const idle = callerFor({ sessionId, workspaceSlug: slug });
    await expect(idle.workspaces.current()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });
});

describe("the password", () => {
  test("is changed with the old one only, which signs out everywhere else", async () => {
    const { email, caller } = await newAccount();
    const elsewhere = await signInAs(email);
    const password = "a new and longer one";
    await expect(caller.accounts.changePassword({ current: "wrong", password })).rejects.toMatchObject({
      cause: { code: "invalid", fields: { current: expect.any(String) as string } },
    });
    await caller.accounts.changePassword({ current: passwordInTests, password });
    const ended = callerFor({ sessionId: elsewhere, workspaceSlug: null });
    await expect(ended.accounts.sessions()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(await attempt(email, password)).not.toBeNull();
  });

  test("is reset once per link, which signs out everywhere and lifts a lockout", async () => {
    const { email, sessionId } = await newAccount();
    const token = await resetToken(email);
    for (let tries = 0; tries < 5; tries += 1) await attempt(email, "not the password");
    const password = "a new and longer one";
    await visitor().accounts.resetPassword({ token, password });
    const ended = callerFor({ sessionId, workspaceSlug: null });
    await expect(ended.accounts.sessions()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(await attempt(email, password)).not.toBeNull();
    await expect(visitor().accounts.resetPassword({ token, password })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
  });

  test("is not reset by a link older than an hour, nor by an earlier link", async () => {
    const { email, caller } = await newAccount();
    const { user } = await caller.workspaces.current();
    const earlier = await resetToken(email);
    const token = await resetToken(email);
    const password = "a new and longer one";
    await expect(visitor().accounts.resetPassword({ token: earlier, password })).rejects.toThrow(
      "Ask for a new one",
    );
    await withoutTenant((tx) =>
      tx
        .update(passwordResetTokens)
        .set({ expiresAt: sql`app_now() - interval '1 second'` })
        .where(eq(passwordResetTokens.userId, user.id)),
    );
    await expect(visitor().accounts.resetPassword({ token, password })).rejects.toThrow("Ask for a new one");
  });

  test("asking for a link says nothing about who has an account", async () => {
    const answer = await visitor().accounts.forgotPassword({ email: `${crypto.randomUUID()}@example.com` });
    expect(answer).toBeUndefined();
  });

  test("too short a password is refused with a sentence", async () => {
    const input = { name: "Ada", email: "ada@example.com", password: "short" };
    await expect(visitor().accounts.register(input)).rejects.toMatchObject({
      cause: { fields: { password: "Use at least 10 characters." } },
    });
  });
});
