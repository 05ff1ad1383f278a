import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { createTenant } from "#db/factories";
import { tenantPolicies, tenantUsers } from "#db/schema/tenants";
import { sessions } from "#db/schema/users";
import { withTenant } from "#db/tenancy";
import { createPasswordReset } from "#server/accounts/password-reset";
import { signIn } from "#server/accounts/sign-in";
import { AppError } from "#server/errors";
import { callerFor, newAccount, newColleague } from "#server/testing";

const device = { ip: "127.0.0.1", userAgent: "test" };
const visitor = () => callerFor({ sessionId: null, workspaceSlug: null });

/** An account in an organization with rules of its own. */
async function newAccountUnder(rules: Partial<typeof tenantPolicies.$inferInsert>) {
  const account = await newAccount();
  const { workspace } = await account.caller.workspaces.current();
  const scope = { tenantId: workspace.tenantId, workspaceId: "*" as const };
  await withTenant(scope, (tx) => tx.insert(tenantPolicies).values(rules));
  return { ...account, scope };
}

test("a new password keeps the organization's rules, and a refused one uses no link up", async () => {
  const { email } = await newAccountUnder({ passwordMinLength: 14, passwordRequireNumber: true });
  const token = (await createPasswordReset(email))?.token ?? "";
  const weak = visitor().accounts.resetPassword({ token, password: "no digits here" });
  await expect(weak).rejects.toMatchObject({ cause: { code: "invalid", fields: { password: /a digit/ } } });
  const password = "fourteen and 1 digit";
  await visitor().accounts.resetPassword({ token, password });
  const session = await signIn({ email, password }, device);
  const { accounts } = callerFor({ sessionId: session?.id ?? null, workspaceSlug: null });
  await expect(
    accounts.changePassword({ current: password, password: "no digits here" }),
  ).rejects.toMatchObject({ cause: { code: "invalid" } });
});

test("who joins by invitation keeps the rules of the organization they join", async () => {
  const { caller } = await newAccountUnder({ passwordRequireSymbol: true });
  const email = `${crypto.randomUUID()}@example.com`;
  const { link } = await caller.invitations.create({ email, role: "member" });
  const token = link.split("/").at(-1) ?? "";
  const join = (password: string) => visitor().invitations.join({ token, name: "Grace Hopper", password });
  await expect(join("plain and long")).rejects.toMatchObject({ cause: { code: "invalid" } });
  expect((await join("plain and long!")).email).toBe(email);
});

test("after as many wrong passwords as the organization allows, the right one is refused too", async () => {
  const password = "four unrelated words";
  for (const wrongTries of [1, 2]) {
    const { email } = await newAccountUnder({ maxLoginAttempts: 2 });
    const token = (await createPasswordReset(email))?.token ?? "";
    await visitor().accounts.resetPassword({ token, password });
    for (let tries = 0; tries < wrongTries; tries += 1)
      expect(await signIn({ email, password: "not the password" }, device)).toBeNull();
    const session = await signIn({ email, password }, device);
    expect(session === null).toBe(wrongTries === 2);
  }
});

test("whatever an organization allows, wrong passwords are answered as for an address without an account", async () => {
  const answers = async (email: string) => {
    const seen: string[] = [];
    for (let tries = 0; tries < 7; tries += 1)
      seen.push(
        await signIn({ email, password: "not the password" }, device).then(
          (session) => (session === null ? "wrong" : "signed in"),
          (error: unknown) => (error instanceof AppError ? error.message : "failed"),
        ),
      );
    return seen;
  };
  const unknown = await answers(`${crypto.randomUUID()}@example.com`);
  expect(unknown.filter((answer) => answer === "wrong")).toHaveLength(5);
  for (const maxLoginAttempts of [1, 2, 9]) {
    const { email } = await newAccountUnder({ maxLoginAttempts });
    expect(await answers(email)).toEqual(unknown);
  }
});

test("owners and admins set the rules, within bounds and on record; members do not see them", async () => {
  const account = await newAccount();
  const { caller } = account;
  const { workspace } = await caller.workspaces.current();
  const rules = await caller.accounts.rules();
  expect(rules).toMatchObject({ passwordMinLength: 10, sessionTimeoutHours: 8, maxLoginAttempts: 5 });
  const stricter = { ...rules, passwordMinLength: 16, passwordRequireNumber: true, sessionTimeoutHours: 4 };
  await caller.accounts.updateRules(stricter);
  await caller.accounts.updateRules({ ...stricter, maxLoginAttempts: 3 });
  expect(await caller.accounts.rules()).toEqual({ ...stricter, maxLoginAttempts: 3 });
  expect(await caller.accounts.passwordRules()).toMatchObject({ lengthMin: 16, number: true });
  await expect(caller.accounts.updateRules({ ...stricter, maxLoginAttempts: 6 })).rejects.toMatchObject({
    cause: { code: "invalid", fields: { maxLoginAttempts: "Enter a whole number from 1 to 5." } },
  });
  const acts = await withTenant({ tenantId: workspace.tenantId, workspaceId: "*" }, (tx) =>
    tx.execute<{ old: number; new: number }>(sql`
      select (old_value->>'maxLoginAttempts')::int as old, (new_value->>'maxLoginAttempts')::int as new
      from audit_log where action = 'organization.rules_updated' order by id`),
  );
  expect(acts.map((act) => [act.old, act.new])).toEqual([
    [5, 5],
    [5, 3],
  ]);
  const member = await newColleague(account, "admin");
  await expect(member.caller.accounts.rules()).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(member.caller.accounts.updateRules(rules)).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("of several organizations, the one with the shortest session decides, and one without rules has eight hours", async () => {
  const { userId, email, sessionId, slug, scope } = await newAccountUnder({ sessionTimeoutHours: 24 });
  const isSignedInAfter = async (hours: number) => {
    await withoutTenant((tx) =>
      tx
        .update(sessions)
        .set({ lastSeenAt: sql`app_now() - make_interval(hours => ${hours})` })
        .where(eq(sessions.id, sessionId)),
    );
    return callerFor({ sessionId, workspaceSlug: slug })
      .workspaces.current()
      .then(
        () => true,
        () => false,
      );
  };
  expect(await isSignedInAfter(23)).toBe(true);
  const other = await createTenant();
  await withTenant({ tenantId: other.tenantId, workspaceId: "*" }, (tx) =>
    tx.insert(tenantUsers).values({ userId, email, roles: ["member"] }),
  );
  expect(await isSignedInAfter(9)).toBe(false);
  expect(await isSignedInAfter(7)).toBe(true);
  await withTenant(scope, (tx) => tx.update(tenantPolicies).set({ sessionTimeoutHours: 2 }));
  expect(await isSignedInAfter(3)).toBe(false);
});
