import { findIdentity, type Identity } from "#server/accounts/queries";

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
    identity: () => (identity ??= findIdentity(claims.sessionId, claims.workspaceSlug)),
  };
}
