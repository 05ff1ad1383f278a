import { randomBytes } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * A ULID: 26 characters that sort by time.
 * @param ms Unix milliseconds
 * @param entropy 10 bytes; random unless given
 */
export function ulid(ms: number, entropy: Uint8Array = randomBytes(10)): string {
  let value = BigInt(Math.trunc(ms)) & 0xffff_ffff_ffffn;
  for (const byte of entropy.subarray(0, 10)) value = (value << 8n) | BigInt(byte);
  let text = "";
  for (let digit = 0; digit < 26; digit++) {
    text = alphabet.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}

/**
 * The ids of a request's events. The SDK sends a seed `<ms>,<10 bytes in base64>` and repeats it when it
 * repeats the request, so that the same events get the same ids and are stored once.
 */
export function eventIds(seed: string | undefined, count: number, now: number): string[] {
  const [ms, encoded] = (seed ?? "").split(",");
  const base = Buffer.from(encoded ?? "", "base64");
  if (base.length !== 10 || !Number.isSafeInteger(Number(ms)) || !ms) {
    return Array.from({ length: count }, () => ulid(now));
  }
  return Array.from({ length: count }, (_, index) => {
    const entropy = Buffer.from(base);
    entropy.writeUInt32BE((entropy.readUInt32BE(6) + index + 1) >>> 0, 6);
    return ulid(Number(ms), entropy);
  });
}
