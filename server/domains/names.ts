import { domainToASCII } from "node:url";

/** The domain of an address in ASCII and lower case; "" when it has none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf("@");
  return at < 0 ? "" : domainToASCII(address.slice(at + 1).trim()).toLowerCase();
}

/** The domain and those above it, the nearest first, without the last one: `a.b.example`, `b.example`. */
export function withParents(domain: string): string[] {
  const labels = domain.split(".");
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join("."));
}
