import { createHash, randomBytes } from "node:crypto";

/** How a key begins, so that scanners of leaked secrets know one when they see it. */
const mark = "postroad_";
const secretBytes = 32;
/** So much of a key is kept in plain text, to tell it from others. */
const shownLength = mark.length + 6;

/** A new key: 256 random bits. It is shown once, and only its digest is stored. */
export function newSecret(): { key: string; prefix: string; digest: string } {
  const key = mark + randomBytes(secretBytes).toString("base64url");
  return { key, prefix: key.slice(0, shownLength), digest: digestOf(key) };
}

/** A plain digest is enough: nobody guesses 256 random bits, so there is nothing to slow down. */
export const digestOf = (key: string): string => createHash("sha256").update(key).digest("base64url");

/** The key of an `Authorization: Bearer …` header, or null when it holds none that could be ours. */
export function keyIn(header: string | null): string | null {
  const [, key] = /^Bearer +([\w-]{20,200}) *$/i.exec(header ?? "") ?? [];
  return key?.startsWith(mark) ? key : null;
}
