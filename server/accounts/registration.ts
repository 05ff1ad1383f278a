import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { withTenant } from "#db/tenancy";
import { violates } from "#db/errors";
import { tenants, tenantUsers } from "#db/schema/tenants";
import { users } from "#db/schema/users";
import type { Transaction } from "#db/transaction";
import { hashPassword } from "#server/accounts/passwords";
import { normalizedEmail, type RegisterInput } from "#server/accounts/schema";
import { AppError } from "#server/errors";
import { insertWorkspace } from "#server/workspaces/mutations";

/**
 * Creates the person, their organization, its first workspace and its default sender, in one transaction.
 * @throws AppError `conflict` on `email` when the address has an account
 */
export async function register({ name, email, password, company }: RegisterInput) {
  const passwordHash = await hashPassword(password);
  const scope = { tenantId: v7(), workspaceId: v7(), userId: v7() };
  const title = company || `${name.split(/\s+/)[0]}'s workspace`;
  const slug = await withTenant(scope, async (tx) => {
    await insertUser(tx, { id: scope.userId, name, email, passwordHash });
    await tx.insert(tenants).values({ id: scope.tenantId, name: company || name });
    await tx
      .insert(tenantUsers)
      .values({ userId: scope.userId, email: normalizedEmail(email), roles: ["owner"] });
    return insertWorkspace(tx, scope, { name: title, timezone: "UTC" });
  });
  return { slug };
}

type NewUser = { id: string; name: string; email: string; passwordHash: string; emailVerified?: boolean };

/** The first user of an installation runs it. */
export async function insertUser(tx: Transaction, { id, name, email, passwordHash, emailVerified }: NewUser) {
  // Two people registering on an empty installation at once must not both become its operator.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('postroad.first-user'))`);
  try {
    await tx.insert(users).values({
      id,
      name,
      email: normalizedEmail(email),
      passwordHash,
      emailVerifiedAt: emailVerified ? sql`app_now()` : null,
      isOperator: sql`not exists (select from ${users})`,
    });
  } catch (error) {
    if (!violates(error, "users_email_unique")) throw error;
    const message = "This address cannot be used. If it is yours, sign in, or reset its password.";
    throw new AppError("conflict", message, { email: message }, { cause: error });
  }
}
