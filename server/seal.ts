import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { env } from "./env.ts";

/** The one place a sealed value belongs to: moved to another row, column or tenant, it does not open. */
export type SealedPlace = { tenantId: string; table: string; rowId: string; column: string };

const version = "v1";
const nonceBytes = 12;
const tagBytes = 16;

/** A sealed value that cannot be opened: its key is gone, it was changed, or it stands in another place. */
export class SealError extends Error {
  override name = "SealError";
}

/** The name under which a key stands in what it has sealed. */
export const keyId = (key: Buffer) => createHash("sha256").update(key).digest("hex").slice(0, 8);

const boundTo = ({ tenantId, table, rowId, column }: SealedPlace) =>
  Buffer.from(JSON.stringify([tenantId, table, rowId, column]));

/** Seals and opens under the given keys (base64, parted by commas; the first one seals, all open). */
export function sealer(keys: string) {
  const list = keys.split(",").map((key) => Buffer.from(key.trim(), "base64"));
  const byId = new Map(list.map((key) => [keyId(key), key]));
  const current = list[0];
  if (current?.length !== 32) throw new Error("SEALING_KEY must hold 32 bytes in base64.");

  return {
    /** Gives `v1:key:nonce:ciphertext` (key is an id, the rest base64url, the tag at the end of the ciphertext). */
    seal: (plain: string, place: SealedPlace): string => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", current, nonce).setAAD(boundTo(place));
      const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return [version, keyId(current), nonce.toString("base64url"), sealed.toString("base64url")].join(":");
    },

    /** @throws SealError when the value was not sealed for this place by a key we have. */
    open: (value: string, place: SealedPlace): string => {
      const [format, id, nonce, body, ...rest] = value.split(":");
      const sealed = Buffer.from(body ?? "", "base64url");
      if (format !== version || !id || !nonce || sealed.length < tagBytes || rest.length > 0) {
        throw new SealError(
          `${place.table}.${place.column} holds no sealed value: expected v1:key:nonce:ciphertext.`,
        );
      }
      const key = byId.get(id);
      if (!key) {
        throw new SealError(
          `${place.table}.${place.column} was sealed under key ${id}, which SEALING_KEY does not hold. `
            + "Add that key after the current one, parted by a comma; if it is lost, enter the secret again.",
        );
      }
      const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(boundTo(place)).setAuthTag(sealed.subarray(-tagBytes));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]).toString(
          "utf8",
        );
      } catch (cause) {
        throw new SealError(`${place.table}.${place.column} was changed, or moved from another row.`, {
          cause,
        });
      }
    },

    /** Whether the value is under an old key and should be sealed again. */
    isStale: (value: string) => value.split(":")[1] !== keyId(current),
  };
}

export type Sealer = ReturnType<typeof sealer>;

let own: Sealer | undefined;
const ownSealer = () => (own ??= sealer(env.SEALING_KEY));

/** Seals under SEALING_KEY. The place is part of the seal: give the same one to `open`. */
export const seal = (plain: string, place: SealedPlace): string => ownSealer().seal(plain, place);

/** Opens what `seal` gave. @throws SealError with what to do. */
export const open = (value: string, place: SealedPlace): string => ownSealer().open(value, place);

export const isStale = (value: string): boolean => ownSealer().isStale(value);
