import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import canonicalize from "canonicalize";

const prefix = /^signkey-\w+-/;
const toleranceSeconds = 300;

/** Says why a signing key cannot be used, or null. The SDK hashes the part after the prefix as hex. */
export function signingKeyProblem(key: string): string | null {
  const body = key.replace(prefix, "");
  if (/^([0-9a-f]{2}){8,}$/i.test(body)) return null;
  return "INNGEST_SIGNING_KEY must be `signkey-<word>-` followed by an even number of at least 16 hex digits.";
}

function digest(text: string, key: string, timestamp: string): string {
  return createHmac("sha256", key.replace(prefix, "")).update(text).update(timestamp).digest("hex");
}

/**
 * The body of a request, as it is sent and as it is signed: the SDK signs canonical JSON (RFC 8785), but functions
 * shall see keys in their own order. Canonical JSON has no form for half a surrogate pair, such as a cut emoji
 * leaves: that becomes U+FFFD, as on the real server.
 */
export function encodeBody(body: unknown): { text: string; canonical: string } {
  try {
    return { text: JSON.stringify(body), canonical: canonicalize(body) ?? "" };
  } catch {
    const sound = wellFormed(body);
    return { text: JSON.stringify(sound), canonical: canonicalize(sound) ?? "" };
  }
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key.toWellFormed(), wellFormed(part)]),
  );
}

/** Signs a request to the app, by the canonical form of its body: `t=<unix seconds>&s=<hmac>`. */
export function signRequest(canonical: string, key: string, nowMs: number): string {
  const timestamp = String(Math.floor(nowMs / 1000));
  return `t=${timestamp}&s=${digest(canonical, key, timestamp)}`;
}

/** Whether the app signed this reply with one of our keys: over its text as sent, within five minutes. */
export function replyIsSigned(
  header: string | undefined,
  text: string,
  keys: readonly string[],
  nowMs: number,
): boolean {
  const parts = new URLSearchParams(header ?? "");
  const timestamp = parts.get("t") ?? "";
  if (!(Math.abs(nowMs / 1000 - Number(timestamp || Number.NaN)) <= toleranceSeconds)) return false;
  return keys.some((key) => sameText(parts.get("s") ?? "", digest(text, key, timestamp)));
}

/** Whether an app's request carries the hash of one of our signing keys, as `Authorization: Bearer …`. */
export function isAuthorized(header: string | undefined, keys: readonly string[]): boolean {
  const token = (header ?? "").replace(/^Bearer\s+/i, "").replace(prefix, "");
  return keys.some((key) => sameText(token, hashOf(key)));
}

/** The bearer token that an app of the same key sends. */
export function bearer(key: string): string {
  return `Bearer ${prefix.exec(key)?.[0] ?? ""}${hashOf(key)}`;
}

function hashOf(key: string): string {
  return createHash("sha256")
    .update(Buffer.from(key.replace(prefix, ""), "hex"))
    .digest("hex");
}

/** Compares without telling by the time it takes how much was right. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest()];
  return timingSafeEqual(left, right);
}
