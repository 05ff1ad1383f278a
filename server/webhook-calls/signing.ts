import { createHmac, hkdfSync } from "node:crypto";
import { env } from "#server/env";

/** What a workspace's calls are signed with: `whsec_` and 43 characters. It follows from `TOKEN_SECRET`. */
export function signingSecret(workspaceId: string): string {
  const key = Buffer.from(hkdfSync("sha256", env.TOKEN_SECRET, "", `postroad webhook v1 ${workspaceId}`, 32));
  return `whsec_${key.toString("base64url")}`;
}

/** The `Postroad-Signature` of a body: `t=<seconds since 1970>,v1=<HMAC-SHA-256 of "t.body", hexadecimal>`. */
export function signatureOf(secret: string, seconds: number, body: string): string {
  const mac = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${mac}`;
}
