import { and, eq, ne, sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { sessions, users } from "#db/schema/users";
import { hashPassword, passwordMatches } from "#server/accounts/passwords";
import type { Session } from "#server/accounts/queries";
import { demandPassword, findPasswordRules } from "#server/accounts/rules";
import { AppError } from "#server/errors";
import { takeFromLimit } from "#server/rate-limits";

export async function updateAccount(userId: string, { name }: { name: string }): Promise<void> {
  await withoutTenant((tx) =>
    tx
      .update(users)
      .set({ name, updatedAt: sql`app_now()` })
      .where(eq(users.id, userId)),
  );
}

/**
 * Changes the password and signs out everywhere but here.
 * @throws AppError `invalid` on `current` when the old password is wrong, on `password` when the new one breaks the
 * organization's rules; `limit` after ten tries in 15 minutes
 */
export async function changePassword(
  session: Session,
  { current, password }: { current: string; password: string },
) {
  const userId = session.user.id;
  await takeFromLimit(`change-password:${userId}`, { times: 10, seconds: 15 * 60 });
  const [user] = await withoutTenant((tx) =>
    tx.select({ passwordHash: users.passwordHash }).from(users).where(eq(users.id, userId)),
  );
  if (!(await passwordMatches(current, user?.passwordHash ?? null))) {
    const message = "This is not your current password.";
    throw new AppError("invalid", message, { current: message });
  }
  demandPassword(password, await withoutTenant((tx) => findPasswordRules(tx, userId)));
  const passwordHash = await hashPassword(password);
  await withoutTenant(async (tx) => {
    await tx
      .update(users)
      .set({ passwordHash, updatedAt: sql`app_now()` })
      .where(eq(users.id, userId));
    await tx.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, session.id)));
  });
}

/** Signs one of the user's own sessions out. @throws AppError `not_found` when it is not theirs */
export async function revokeSession(userId: string, sessionId: string): Promise<void> {
  const [ended] = await withoutTenant((tx) =>
    tx
      .delete(sessions)
      .where(and(eq(sessions.id, sessionId), eq(sessions.userId, userId)))
      .returning({ id: sessions.id }),
  );
  if (!ended) throw new AppError("not_found", "This session has already ended.");
}

/** Signs out everywhere but in this session. */
export async function revokeOtherSessions(session: Session): Promise<void> {
  await withoutTenant((tx) =>
    tx.delete(sessions).where(and(eq(sessions.userId, session.user.id), ne(sessions.id, session.id))),
  );
}
