import { findIdentity, type Identity } from "#server/accounts/queries";
import { touchSession } from "#server/accounts/sign-in";

/** What a request claims. `sessionId` comes from the sealed cookie; `workspaceSlug` from the URL or header. */
export type Claims = {
  sessionId: string | null;
  workspaceSlug: string | null;
  requestId: string;
  ip: string;
  userAgent: string | null;
  /** The page that is being rendered, to come back to after signing in. */
  path?: string;
};

/** One per request. `identity` proves the claims against the database: one query, asked once. */
export type Context = Claims & { identity: () => Promise<Identity> };

export function createContext(claims: Claims): Context {
  let identity: Promise<Identity> | undefined;
  return {
    ...claims,
    identity: () => (identity ??= proveIdentity(claims)),
  };
}

async function proveIdentity({ sessionId, workspaceSlug }: Claims): Promise<Identity> {
  const identity = await findIdentity(sessionId, workspaceSlug);
  // Idle time is counted from the last mark; marking every request would make every read a write.
  if (identity.session && identity.untouched) await touchSession(identity.session.id);
  return identity;
}
