import { NextResponse, type NextRequest } from "next/server";

/** Tells server components which page was asked for, so that signing in leads back to it. */
export function proxy(request: NextRequest) {
  const headers = new Headers(request.headers);
  headers.set("x-path", request.nextUrl.pathname + request.nextUrl.search);
  return NextResponse.next({ request: { headers } });
}

// Not for the links in mails: they are hot, and nobody signs in there.
export const config = { matcher: "/((?!api/|_next/|[ptu]/|.*\\.).*)" };
