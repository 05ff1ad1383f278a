import { hash, verify } from "@node-rs/argon2";

/** Argon2id at 19 MiB and 2 passes, as OWASP advises: some 30 ms of one core, off the main thread. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password.normalize("NFKC"), cost);

let decoy: Promise<string> | undefined;

/** False for a wrong password and, after the same time, for an account that has none or does not exist. */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  const against = stored ?? (await (decoy ??= hashPassword(crypto.randomUUID())));
  const matches = await verify(against, password.normalize("NFKC"));
  return stored !== null && matches;
}
