import { eq, sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { loginAttempts, sessions, users } from "#db/schema/users";
import type { Transaction } from "#db/transaction";
import { passwordMatches } from "#server/accounts/passwords";
import { normalizedEmail, sessionDaysMax, type SignInInput, signInTriesMax } from "#server/accounts/schema";
import { clearLimit, takeFromLimit } from "#server/rate-limits";

/** Where a sign-in came from, for the list of sessions. */
export type Device = { ip: string; userAgent: string | null };

const attemptSeconds = 15 * 60;
/** Failures of one address over all accounts: somebody trying one common password on many. */
const perAddress = { times: 100, seconds: 15 * 60 };
const sessionsPerUser = 5;

/** The key of an account's failed tries. It depends on the address alone, so it says nothing about who exists. */
export const signInLimit = (email: string) => `sign-in:${normalizedEmail(email)}`;

/**
 * Opens a session, or gives null for a wrong password and an unknown address alike. Each try is counted before the
 * password is looked at, so that parallel tries cannot outrun the count; a success clears it.
 * An organization that allows fewer tries has its people's accounts closed in silence, also for the right password:
 * a refusal that came earlier than for an unknown address would say that this one is known. Such a lockout ends with
 * the window of its tries, at most 15 minutes later.
 * @throws AppError `limit` from the sixth try on, for 15 minutes
 */
export async function signIn({ email, password }: SignInInput, device: Device) {
  const normalized = normalizedEmail(email);
  const user = await withoutTenant(async (tx) => {
    const [row] = await tx
      .select({
        id: users.id,
        passwordHash: users.passwordHash,
        triesMax: sql<number>`(select r.max_login_attempts from auth_rules(${users.id}) r)`,
      })
      .from(users)
      .where(sql`lower(${users.email}) = ${normalized} and ${users.deletedAt} is null`);
    return row;
  });
  const tries = await takeFromLimit(signInLimit(normalized), {
    times: signInTriesMax,
    seconds: attemptSeconds,
  });
  const matches = await passwordMatches(password, user?.passwordHash ?? null);
  if (!user || !matches || tries > user.triesMax) {
    await withoutTenant((tx) => recordAttempt(tx, normalized, user?.id ?? null, false, device));
    await takeFromLimit(`sign-in-from:${device.ip}`, perAddress);
    return null;
  }
  await clearLimit(signInLimit(normalized));
  return withoutTenant(async (tx) => {
    await recordAttempt(tx, normalized, user.id, true, device);
    await tx
      .update(users)
      .set({ lastLoginAt: sql`app_now()` })
      .where(eq(users.id, user.id));
    return { id: await openSession(tx, user.id, device), userId: user.id };
  });
}

function recordAttempt(
  tx: Transaction,
  email: string,
  userId: string | null,
  succeeded: boolean,
  device: Device,
) {
  return tx.insert(loginAttempts).values({ email, userId, succeeded, ...device });
}

/** Inserts a session and ends the user's oldest ones beyond the fifth; gives its id. */
export async function openSession(tx: Transaction, userId: string, device: Device): Promise<string> {
  const [session] = await tx
    .insert(sessions)
    .values({ userId, ...device, expiresAt: sql`app_now() + make_interval(days => ${sessionDaysMax})` })
    .returning({ id: sessions.id });
  if (!session) throw new Error("The session was not inserted.");
  await tx.execute(sql`
    delete from sessions where user_id = ${userId} and id not in (
      select id from sessions where user_id = ${userId} order by last_seen_at desc, id desc limit ${sessionsPerUser})`);
  return session.id;
}

/** Marks the session as used now, which keeps it from ending as idle. */
export async function touchSession(sessionId: string): Promise<void> {
  await withoutTenant((tx) =>
    tx
      .update(sessions)
      .set({ lastSeenAt: sql`app_now()` })
      .where(eq(sessions.id, sessionId)),
  );
}

/** Signs out: the cookie may live on, but points nowhere. */
export async function endSession(sessionId: string): Promise<void> {
  await withoutTenant((tx) => tx.delete(sessions).where(eq(sessions.id, sessionId)));
}
