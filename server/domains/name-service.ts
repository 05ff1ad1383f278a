import { Resolver } from "node:dns/promises";
import { env } from "#server/env";

/** The text records of a name: none is an answer too, null is none (a time-out, a server that fails). */
export type LookUpTexts = (name: string) => Promise<string[] | null>;

const none = ["ENOTFOUND", "ENODATA"];

/** Asks the machine's name servers, or those of DNS_SERVERS; each question is given up after some seconds. */
export function nameService(servers: string | undefined = env.DNS_SERVERS): LookUpTexts {
  const resolver = new Resolver({ timeout: 2500, tries: 2 });
  if (servers) resolver.setServers(servers.split(",").map((server) => server.trim()));
  return async (name) => {
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      return none.some((each) => each === code) ? [] : null;
    }
  };
}
