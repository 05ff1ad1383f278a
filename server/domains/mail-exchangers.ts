import { env } from "#server/env";
import { isNone, resolverOf } from "./name-service.ts";

/** Whether mail for a domain has a server to go to; null where nobody says. */
export type TakesMail = (domain: string) => Promise<boolean | null>;

/**
 * Looks for a domain's mail servers: its MX records, or the domain's own address where it has none (RFC 5321, 5.1). A record
 * that names no server says that there is none (RFC 7505).
 */
export function mailExchangers(servers: string | undefined = env.DNS_SERVERS): TakesMail {
  const resolver = resolverOf(servers);
  /** Null where nobody says. */
  const ask = async <Record>(question: Promise<Record[]>): Promise<Record[] | null> => {
    try {
      return await question;
    } catch (error) {
      return isNone(error) ? [] : null;
    }
  };
  return async (domain) => {
    const records = await ask(resolver.resolveMx(domain));
    if (records === null) return null;
    if (records.length > 0) return records.some(({ exchange }) => exchange !== "" && exchange !== ".");
    const [four, six] = await Promise.all([ask(resolver.resolve4(domain)), ask(resolver.resolve6(domain))]);
    if (four?.length || six?.length) return true;
    return four === null || six === null ? null : false;
  };
}
