import type { AuthOptions } from "next-auth";
import { decode, encode } from "next-auth/jwt";
import CredentialsProvider from "next-auth/providers/credentials";
import { addressOf } from "#server/address";
import { endSession, signIn } from "#server/accounts/sign-in";
import { sessionDaysMax, signInInput } from "#server/accounts/schema";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { log } from "#server/log";

const cookieSeconds = sessionDaysMax * 24 * 60 * 60;
const secure = () => env.APP_URL.startsWith("https://");

/** The cookie that carries the sealed session id; browsers accept the prefix over https only. */
export const sessionCookie = () => `${secure() ? "__Secure-" : ""}next-auth.session-token`;

/** The session id inside the cookie's sealed token, or null when the token is absent, forged or expired. */
export async function readSessionId(token: string | undefined): Promise<string | null> {
  if (!token) return null;
  const claims = await decode({ token, secret: env.SESSION_SECRET }).catch(() => null);
  return typeof claims?.sid === "string" ? claims.sid : null;
}

/** The value of `sessionCookie()` for a session: what signing in sets, for tests that start signed in. */
export function sealSessionId(sessionId: string): Promise<string> {
  return encode({ token: { sid: sessionId }, secret: env.SESSION_SECRET, maxAge: cookieSeconds });
}

/**
 * next-auth checks the password and seals the cookie. The token holds a session id and nothing else: the row it points
 * to decides on every request, so that signing out or being removed works at once.
 */
export const authOptions = (): AuthOptions => ({
  secret: env.SESSION_SECRET,
  useSecureCookies: secure(),
  session: { strategy: "jwt", maxAge: cookieSeconds },
  pages: { signIn: "/login", signOut: "/login", error: "/login", newUser: "/" },
  providers: [
    CredentialsProvider({
      credentials: { email: { type: "email" }, password: { type: "password" } },
      async authorize(credentials, request) {
        const input = signInInput.safeParse(credentials);
        if (!input.success) return null;
        const headers = new Headers(request.headers as Record<string, string>);
        try {
          const session = await signIn(input.data, {
            ip: addressOf(headers),
            userAgent: headers.get("user-agent"),
          });
          return session && { id: session.userId, sessionId: session.id };
        } catch (error) {
          // The client sees this code in the answer's URL; anything but a known refusal would leak its message there.
          if (error instanceof AppError && error.code === "limit") throw new Error("limit", { cause: error });
          log.error({ err: error }, "sign-in failed");
          throw new Error("unexpected", { cause: error });
        }
      },
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => ("sessionId" in (user ?? {}) ? { sid: sessionIdOf(user) } : { sid: token.sid }),
    session: ({ session }) => ({ expires: session.expires }),
    redirect: ({ url }) => {
      const target = URL.parse(url, env.APP_URL);
      return target?.origin === new URL(env.APP_URL).origin ? target.href : env.APP_URL;
    },
  },
  events: {
    signOut: async ({ token }) => {
      if (typeof token?.sid === "string") await endSession(token.sid);
    },
  },
  logger: {
    error: (code, metadata) => log.warn({ code, metadata }, "next-auth"),
    // Its address is passed in the options above; next-auth only knows to look for it in the environment.
    warn: (code) => code !== "NEXTAUTH_URL" && log.warn({ code }, "next-auth"),
    debug: () => undefined,
  },
});

const sessionIdOf = (user: object) => ("sessionId" in user ? user.sessionId : undefined);
