import { createPrivateKey } from "node:crypto";
import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import type { CompiledMessage } from "#server/mail/compile";
import type { DkimSigner } from "#server/mail/dkim";
import { open, SealError } from "#server/seal";
import { keyPlace } from "./keys.ts";
import { domainOf, withParents } from "./names.ts";

type KeyRow = {
  id: string;
  tenantId: string;
  domain: string;
  seen: boolean;
  selector: string;
  sealed: string;
};

/**
 * Who signs mail from these addresses, by address: the workspace's domain of the address or the nearest above it whose
 * record is in DNS, or else was there once. Addresses without one are missing. A key that cannot be opened is a SealError in its place.
 */
export async function signersOf(
  tx: TenantTx,
  addresses: readonly string[],
): Promise<Map<string, DkimSigner | SealError>> {
  const names = [...new Set(addresses.flatMap((address) => withParents(domainOf(address))))];
  if (names.length === 0) return new Map();
  const rows = await tx.execute<KeyRow>(sql`
    select id, tenant_id as "tenantId", domain, verification_status = 'verified' as seen, dkim_selector as selector, dkim_key_sealed as sealed from domains
    where domain = any(${sql.param(names)}::text[]) and verified_at is not null and dkim_key_sealed is not null`);
  const keys = new Map(rows.map((row) => [row.domain, { seen: row.seen, signer: opened(row) }]));
  return new Map(
    addresses.flatMap((address) => {
      const above = withParents(domainOf(address)).flatMap((name) => keys.get(name) ?? []);
      const best = above.find(({ seen }) => seen) ?? above[0];
      return best ? [[address, best.signer] as const] : [];
    }),
  );
}

function opened({ id, tenantId, domain, selector, sealed }: KeyRow): DkimSigner | SealError {
  try {
    return { domain, selector, key: createPrivateKey(open(sealed, keyPlace(tenantId, id, selector))) };
  } catch (error) {
    if (error instanceof SealError) return error;
    const problem = "The DKIM key of this domain is damaged: make a new one under Settings, Domains.";
    return new SealError(problem, { cause: error });
  }
}

/**
 * Gives the messages that were compiled their signers. One whose key cannot be opened becomes that error: it waits, since
 * receivers may refuse it unsigned.
 */
export async function loadSigners(
  tx: TenantTx,
  compiled: Map<string, CompiledMessage | Error>,
): Promise<void> {
  const unsigned = [...compiled].flatMap(([key, message]) =>
    message instanceof Error || message.signer !== undefined ? [] : [{ key, message }],
  );
  if (unsigned.length === 0) return;
  const signers = await signersOf(
    tx,
    unsigned.map(({ message }) => message.from.email),
  );
  for (const { key, message } of unsigned) {
    const signer = signers.get(message.from.email) ?? null;
    if (signer instanceof SealError) compiled.set(key, signer);
    else message.signer = signer;
  }
}

/** Who signs mail from this address; null is nobody. @throws AppError unavailable when the key cannot be opened */
export async function signerOf(tx: TenantTx, address: string): Promise<DkimSigner | null> {
  const signer = (await signersOf(tx, [address])).get(address) ?? null;
  if (signer instanceof SealError) throw new AppError("unavailable", signer.message, {}, { cause: signer });
  return signer;
}
