import { signIn } from "#server/accounts/sign-in";
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

export const passwordInTests = "correct horse battery";
const device = { ip: "127.0.0.1", userAgent: "test" };
const newEmail = () => `${crypto.randomUUID()}@example.com`;

/** Signs in with the password of all test accounts; gives the session's id. */
export async function signInAs(email: string): Promise<string> {
  const session = await signIn({ email, password: passwordInTests }, device);
  if (!session) throw new Error(`${email} could not sign in.`);
  return session.id;
}

/** Registers somebody the way the page does: their own organization, workspace and session. */
export async function newAccount({
  name = "Ada Lovelace",
  company = "Analytical Engines",
  email = newEmail(),
} = {}) {
  const visitor = callerFor({ sessionId: null, workspaceSlug: null });
  const { slug } = await visitor.accounts.register({ name, company, email, password: passwordInTests });
  const sessionId = await signInAs(email);
  const caller = callerFor({ sessionId, workspaceSlug: slug });
  const { user } = await caller.workspaces.current();
  return { email, slug, sessionId, caller, userId: user.id };
}

type Account = Awaited<ReturnType<typeof newAccount>>;

/** Invites somebody new into the account's workspace, and joins as them. */
export async function newColleague({ caller, slug }: Account, role: WorkspaceRole, name = "Grace Hopper") {
  const email = newEmail();
  const { link } = await caller.invitations.create({ email, role });
  const token = link.split("/").at(-1) ?? "";
  await callerFor({ sessionId: null, workspaceSlug: null }).invitations.join({
    token,
    name,
    password: passwordInTests,
  });
  const sessionId = await signInAs(email);
  const colleague = callerFor({ sessionId, workspaceSlug: slug });
  const { user } = await colleague.workspaces.current();
  return { email, slug, sessionId, caller: colleague, userId: user.id };
}
