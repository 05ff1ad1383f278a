import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { env } from "#server/env";
import { SmtpProblem } from "./smtp-result.ts";

// A list of both families would close every IPv4 address: Node compares them with the mapped range of IPv6 as well.
const closed = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  closed.ipv4.addSubnet(network, prefix, "ipv4");
// Mapped, NAT64 and 6to4 addresses carry an IPv4 address inside, so the whole ranges are closed.
for (const [network, prefix] of [
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["100::", 64],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const)
  closed.ipv6.addSubnet(network, prefix, "ipv6");

/** True for loopback, private, link-local and other addresses that are not on the public internet. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return family === 4 ? closed.ipv4.check(address, "ipv4") : closed.ipv6.check(address, "ipv6");
}

/**
 * Resolves a host that a user gave to one address, which the caller must connect to (asking again could answer
 * differently). Private ranges are refused unless the operator allows them.
 * @throws SmtpProblem in phase DNS
 */
export async function resolvePublicHost(
  host: string,
  allowPrivate = env.ALLOW_PRIVATE_HOSTS,
): Promise<string> {
  const addresses = await lookup(host, { all: true }).catch((error: unknown) => {
    throw new SmtpProblem(
      "DNS",
      `DNS: no address was found for ${host}. Check the spelling of the host name.`,
      undefined,
      error,
    );
  });
  const usable = allowPrivate ? addresses : addresses.filter(({ address }) => !isPrivateAddress(address));
  // Prefer IPv4: many small networks resolve IPv6 without being able to reach it.
  const chosen = usable.find(({ family }) => family === 4) ?? usable[0];
  if (!chosen) {
    throw new SmtpProblem(
      "DNS",
      `DNS: ${host} is an address inside this network. Only public mail servers are allowed; the operator can set ALLOW_PRIVATE_HOSTS.`,
    );
  }
  return chosen.address;
}
