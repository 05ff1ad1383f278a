import { type Scope, withTenant } from "#db/tenancy";
import { keyName, newKey, recordOf } from "./keys.ts";
import { lookAgain } from "./looks.ts";
import { createDomain } from "./mutations.ts";

/** A domain whose record has been seen, so that its mail is signed. `record` is what stands in DNS under `name`. */
export async function addVerifiedDomain(
  scope: Scope,
  domain: string,
): Promise<{ id: string; name: string; record: string }> {
  const key = await newKey();
  const [name, record] = [keyName(domain, key.selector), recordOf(key.publicKey)];
  const { id } = await withTenant(scope, (tx) => createDomain(tx, null, { domain, key }));
  await lookAgain(scope, id, (asked) => Promise.resolve(asked === name ? [record] : []));
  return { id, name, record };
}
