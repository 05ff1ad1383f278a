/**
 * The client's address as far as it can be known: the last hop that a reverse proxy in front of us noted, else
 * "local". Earlier entries of X-Forwarded-For are the client's own words, so they count for nothing.
 */
export function addressOf(headers: Headers): string {
  return headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() || headers.get("x-real-ip") || "local";
}

/** Parses `x-request-id` when a proxy set a sane one, so that its log and ours can be joined; else a new id. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given && /^[\w.:-]{8,128}$/.test(given) ? given : crypto.randomUUID();
}

/**
 * True when a browser says that the request comes from a page of ours, or nothing says that it comes from elsewhere.
 * Cookies are SameSite=Lax as well; this also stops a sibling subdomain.
 */
export function isSameOrigin(headers: Headers, appUrl: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (!origin) return true;
  return origin === new URL(appUrl).origin || URL.parse(origin)?.host === headers.get("host");
}
