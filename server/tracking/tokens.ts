import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from "node:crypto";
import { env } from "#server/env";

/*
 * The tokens in links of mails, which people keep for years. The format is written down in docs/formats.md; a change of
 * it needs a new version, and every old version must stay readable.
 */
const version = 1;
const kinds = ["open", "click", "unsubscribe", "picture"] as const;
const testFlag = 8;
const currentKey = 1;
const headBytes = 52;
const macBytes = 12;

export type TokenKind = (typeof kinds)[number];

/**
 * What a token names. `linkIndex` is 0 except for clicks; `test` marks a test message, which has no ledger row. Of a
 * picture, `messageId` is its own id.
 */
export type LinkToken = {
  kind: TokenKind;
  tenantId: string;
  workspaceId: string;
  messageId: string;
  linkIndex: number;
  test: boolean;
};

// A key object: a plain buffer would be imported again for every token, at ten times the cost.
let key: KeyObject | undefined;
/** Keys by id. A retired TOKEN_SECRET would get an id of its own here, to keep old mails working. */
function keyOf(id: number): KeyObject | null {
  if (id !== currentKey) return null;
  return (key ??= createSecretKey(
    Buffer.from(hkdfSync("sha256", env.TOKEN_SECRET, "", "postroad link v1", 32)),
  ));
}

const mac = (head: Uint8Array, by: KeyObject) =>
  createHmac("sha256", by).update(head).digest().subarray(0, macBytes);
const uuidBytes = (uuid: string) => Buffer.from(uuid.replaceAll("-", ""), "hex");
const uuidText = (bytes: Buffer) =>
  bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** 86 characters of base64url. */
export function linkToken({ kind, tenantId, workspaceId, messageId, linkIndex, test }: LinkToken): string {
  const by = keyOf(currentKey);
  if (!by) throw new Error("The current token key is missing.");
  const head = Buffer.alloc(headBytes);
  head[0] = version * 16 + kinds.indexOf(kind) + (test ? testFlag : 0);
  head[1] = currentKey;
  uuidBytes(tenantId).copy(head, 2);
  uuidBytes(workspaceId).copy(head, 18);
  uuidBytes(messageId).copy(head, 34);
  head.writeUInt16BE(linkIndex, 50);
  return Buffer.concat([head, mac(head, by)]).toString("base64url");
}

/** What a token of this kind says, or null when it was not made here, was changed, or is of another kind. */
export function readToken(token: string, kind: TokenKind): LinkToken | null {
  if (!/^[\w-]{86}$/.test(token)) return null;
  const bytes = Buffer.from(token, "base64url");
  if (bytes.toString("base64url") !== token) return null;
  const [head, given] = [bytes.subarray(0, headBytes), bytes.subarray(headBytes)];
  const by = keyOf(head[1] ?? 0);
  if (!by || !timingSafeEqual(mac(head, by), given)) return null;
  const first = head[0] ?? 0;
  if (first >> 4 !== version || kinds[first & 7] !== kind) return null;
  return {
    kind,
    tenantId: uuidText(head.subarray(2, 18)),
    workspaceId: uuidText(head.subarray(18, 34)),
    messageId: uuidText(head.subarray(34, 50)),
    linkIndex: head.readUInt16BE(50),
    test: (first & testFlag) !== 0,
  };
}
