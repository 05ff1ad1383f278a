import { Callout } from "#components/ui/callout";
import type { Domain } from "./domain-state.tsx";

/** What to do next with a domain; nothing when all is well. */
export function DomainAdvice({ domain: { domain, status, nextSelector } }: { domain: Domain }) {
  if (status === "failed")
    return (
      <Callout kind="danger" className="mb-5" title="The key’s record cannot be found any more">
        Mail is still signed, and receivers cannot check it. Set the record again as it stands below.
      </Callout>
    );
  if (nextSelector !== null)
    return (
      <Callout kind="info" className="mb-5" title="A new key waits for its record">
        Set the first record below and leave the others as they are. Until it is found, the key of today
        signs.
      </Callout>
    );
  if (status === "verified") return null;
  return (
    <Callout kind="info" className="mb-5" title="Set these records where the domain is administered">
      Mail is signed as soon as the first is found. If your provider adds .{domain} to names by itself, leave
      it out there.
    </Callout>
  );
}
