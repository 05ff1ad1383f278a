import { createHash, randomBytes } from "node:crypto";

/** A secret for a link, 256 random bits; only its hash is stored, so that a leaked table opens no door. */
export const newToken = (): string => randomBytes(32).toString("base64url");

export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
