import { Resolver } from "node:dns/promises";
import { env } from "#server/env";

/** The text records of a name: none is an answer too, null is none (a time-out, a server that fails). */
export type LookUpTexts = (name: string) => Promise<string[] | null>;

/** Whether an answer was that there is no such record; others say nothing. */
export const isNone = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOTFOUND" || error.code === "ENODATA");

/** The machine's name servers, or these; each question is given up after some seconds. */
export function resolverOf(servers: string | undefined): Resolver {
  const resolver = new Resolver({ timeout: 2500, tries: 2 });
  if (servers) resolver.setServers(servers.split(",").map((server) => server.trim()));
  return resolver;
}

/** Asks the machine's name servers, or those of DNS_SERVERS. */
export function nameService(servers: string | undefined = env.DNS_SERVERS): LookUpTexts {
  const resolver = resolverOf(servers);
  return async (name) => {
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
    } catch (error) {
      return isNone(error) ? [] : null;
    }
  };
}
