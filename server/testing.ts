import { withoutTenant } from "#db/client";
import { createSession, createTenant } from "#db/factories";
import { users } from "#db/schema/users";
import { createContext } from "#server/context";
import type { WorkspaceRole } from "#server/permissions";
import { createCaller } from "#server/router";

/**
 * Calls the router as a request with this cookie to this workspace would. Each caller has an address of its own, or
 * tests would use up each other's limits.
 */
export function callerFor({
  sessionId,
  workspaceSlug,
}: {
  sessionId: string | null;
  workspaceSlug: string | null;
}) {
  return createCaller(
    createContext({
      sessionId,
      workspaceSlug,
      requestId: "test",
      ip: `test-${crypto.randomUUID()}`,
      userAgent: "test",
    }),
  );
}

/** The owner of a new organization with one workspace, signed in. No password: hashing one takes longer than a test. */
export async function newAccount() {
  const email = `${crypto.randomUUID()}@example.com`;
  const { slug, userId } = await createTenant({ user: { email, name: "Ada Lovelace" } });
  const { sessionId } = await createSession(userId);
  return { email, slug, userId, sessionId, caller: callerFor({ sessionId, workspaceSlug: slug }) };
}

type Account = Awaited<ReturnType<typeof newAccount>>;

/** Somebody new who has accepted an invitation into the account's workspace, signed in. */
export async function newColleague({ caller, slug }: Account, role: WorkspaceRole): Promise<Account> {
  const email = `${crypto.randomUUID()}@example.com`;
  const { link } = await caller.invitations.create({ email, role });
  const [user] = await withoutTenant((tx) =>
    tx.insert(users).values({ email, name: "Grace Hopper" }).returning({ id: users.id }),
  );
  if (!user) throw new Error("The user was not inserted.");
  const { sessionId } = await createSession(user.id);
  const colleague = callerFor({ sessionId, workspaceSlug: slug });
  await colleague.invitations.accept({ token: link.split("/").at(-1) ?? "" });
  // A context keeps what it has proven: that somebody was no member yet.
  return { email, slug, userId: user.id, sessionId, caller: callerFor({ sessionId, workspaceSlug: slug }) };
}
