import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from "node:crypto";
import { env } from "#server/env";
import { asciiAddress } from "./headers.ts";

let key: KeyObject | undefined;
const messageIdKey = () =>
  (key ??= createSecretKey(
    Buffer.from(hkdfSync("sha256", env.TOKEN_SECRET, "", "postroad message id v1", 32)),
  ));

const mac = (id: string) => createHmac("sha256", messageIdKey()).update(id).digest().subarray(0, 8);

/**
 * The Message-ID of a ledger row: `<id.mac@domain>` with the id's 32 and the mac's 16 hexadecimal digits. The same row
 * and sender always give the same one, so that a message of unknown fate can be looked for.
 */
export function rfcMessageId(messageId: string, fromEmail: string): string {
  const id = messageId.replaceAll("-", "").toLowerCase();
  const domain = asciiAddress(fromEmail).split("@").at(-1);
  return `<${id}.${mac(id).toString("hex")}@${domain}>`;
}

/** The ledger row that a Message-ID of ours names, or null when it was not made here. Accepts it with or without brackets. */
export function messageIdIn(rfcId: string): string | null {
  const match = /^<?([0-9a-f]{32})\.([0-9a-f]{16})@/i.exec(rfcId.trim());
  const [id, given] = [match?.[1]?.toLowerCase(), match?.[2]];
  if (!id || !given || !timingSafeEqual(mac(id), Buffer.from(given, "hex"))) return null;
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
