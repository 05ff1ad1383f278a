import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { passwordResetTokens, sessions, users } from "#db/schema/users";
import { hashPassword } from "#server/accounts/passwords";
import { demandPassword, findPasswordRules } from "#server/accounts/rules";
import { normalizedEmail } from "#server/accounts/schema";
import { signInLimit } from "#server/accounts/sign-in";
import { hashToken, newToken } from "#server/accounts/tokens";
import { AppError } from "#server/errors";
import { clearLimit, takeFromLimit } from "#server/rate-limits";

const linkHours = 1;
const perAccount = { times: 3, seconds: 60 * 60 };

/**
 * A new reset link's token for the account of this address, or null when there is none. Earlier links stop working.
 * @throws AppError `limit` after three requests for one address within an hour, whether it has an account or not
 */
export async function createPasswordReset(
  email: string,
): Promise<{ token: string; name: string; email: string } | null> {
  const normalized = normalizedEmail(email);
  await takeFromLimit(`password-reset:${normalized}`, perAccount);
  return withoutTenant(async (tx) => {
    const [user] = await tx
      .select({ id: users.id, name: users.name, email: users.email })
      .from(users)
      .where(sql`lower(${users.email}) = ${normalized} and ${users.deletedAt} is null`);
    if (!user) return null;
    const token = newToken();
    await tx.delete(passwordResetTokens).where(eq(passwordResetTokens.userId, user.id));
    await tx.insert(passwordResetTokens).values({
      userId: user.id,
      tokenHash: hashToken(token),
      expiresAt: sql`app_now() + make_interval(hours => ${linkHours})`,
    });
    return { token, name: user.name, email: user.email };
  });
}

/**
 * Sets a new password once per link, signs every session of the account out, and lifts its lockout.
 * @throws AppError `invalid` when the link is unknown, used or older than an hour, and on `password` when it breaks the
 * organization's rules: the link then works on
 */
export async function resetPassword({ token, password }: { token: string; password: string }): Promise<void> {
  const passwordHash = await hashPassword(password);
  const email = await withoutTenant(async (tx) => {
    const [used] = await tx
      .update(passwordResetTokens)
      .set({ usedAt: sql`app_now()` })
      .where(
        and(
          eq(passwordResetTokens.tokenHash, hashToken(token)),
          isNull(passwordResetTokens.usedAt),
          gt(passwordResetTokens.expiresAt, sql`app_now()`),
        ),
      )
      .returning({ userId: passwordResetTokens.userId });
    if (!used)
      throw new AppError("invalid", "This link has been used or is older than an hour. Ask for a new one.");
    demandPassword(password, await findPasswordRules(tx, used.userId));
    await tx.delete(sessions).where(eq(sessions.userId, used.userId));
    const [user] = await tx
      .update(users)
      .set({
        passwordHash,
        emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, app_now())`,
        updatedAt: sql`app_now()`,
      })
      .where(eq(users.id, used.userId))
      .returning({ email: users.email });
    return user?.email;
  });
  if (email) await clearLimit(signInLimit(email));
}
