import { createPublicKey, generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { SealedPlace } from "#server/seal";

const generate = promisify(generateKeyPair);

/** A key for signing: `publicKey` is base64 of its DER form, as a DNS record holds it; `privateKey` is PEM. */
export type NewKey = { selector: string; publicKey: string; privateKey: string };

/**
 * Makes a key of 2048 bits, for which every receiver is ready, under a selector of its own: the domain may be signed for
 * by other installations too.
 */
export async function newKey(): Promise<NewKey> {
  const { publicKey, privateKey } = await generate("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return {
    selector: `pr-${randomBytes(5).toString("hex")}`,
    publicKey: publicKey.toString("base64"),
    privateKey,
  };
}

/** Where a sealed key belongs: to its selector, so that it stays sealed when it takes over from an older one. */
export const keyPlace = (tenantId: string, domainId: string, selector: string): SealedPlace => ({
  tenantId,
  table: "domains",
  rowId: domainId,
  column: `dkim_key_sealed ${selector}`,
});

/** The name under which a key is published, and what stands there. */
export const keyName = (domain: string, selector: string): string => `${selector}._domainkey.${domain}`;
export const recordOf = (publicKey: string): string => `v=DKIM1; k=rsa; p=${publicKey}`;

/**
 * Whether a DKIM record publishes this key (RFC 6376, 3.6.1); a key is the same in each of the forms it may be written in.
 * `revoked` is a record without a key, null no record of a key at all.
 */
export function compareRecord(record: string, publicKey: string): "same" | "other" | "revoked" | null {
  const tags = tagsOf(record);
  const [version, given] = [tags.get("v"), tags.get("p")];
  if (given === undefined || (version !== undefined && version !== "DKIM1")) return null;
  if (given === "") return "revoked";
  if ((tags.get("k") ?? "rsa") !== "rsa") return "other";
  return sameKey(given, publicKey) ? "same" : "other";
}

/** `a=b; c=d` as records of mail write it, blanks inside values left out. */
export function tagsOf(record: string): Map<string, string> {
  const pairs = record.split(";").flatMap((part) => {
    const equals = part.indexOf("=");
    if (equals < 0) return [];
    return [
      [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).replace(/\s+/g, "")] as const,
    ];
  });
  return new Map(pairs);
}

function sameKey(given: string, publicKey: string): boolean {
  const ours = Buffer.from(publicKey, "base64");
  const theirs = Buffer.from(given, "base64");
  if (theirs.equals(ours)) return true;
  try {
    return createPublicKey({ key: theirs, format: "der", type: "pkcs1" }).equals(
      createPublicKey({ key: ours, format: "der", type: "spki" }),
    );
  } catch {
    // Not a key in any form.
    return false;
  }
}
