import { Callout } from "#components/ui/callout";
import type { Domain } from "./domain-state.tsx";

/** What to do next with a domain; nothing when all is well. */
export function DomainAdvice({ domain }: { domain: Domain }) {
  return (
    <>
      <ListingAdvice domain={domain} />
      <RecordAdvice domain={domain} />
    </>
  );
}

/** A listing that counts, or one that is over: what was paused for it stands until somebody sees to it. */
function ListingAdvice({ domain: { domain, blockLists } }: { domain: Domain }) {
  const listed = blockLists.filter(({ state }) => state === "listed");
  if (listed.length > 0)
    return (
      <Callout
        kind="danger"
        className="mb-5"
        title={`${domain} is on ${listed.length === 1 ? "a block list" : `${listed.length} block lists`}`}
      >
        Campaigns that write from it are paused, and none can be launched or resumed until it is off. Below is
        what the list says of it, and mostly where to ask to be taken off.
      </Callout>
    );
  if (!blockLists.some(({ endedAt }) => endedAt)) return null;
  return (
    <Callout kind="info" className="mb-5" title={`${domain} is on no block list any more`}>
      Campaigns that were paused for it go on when you resume them.
    </Callout>
  );
}

function RecordAdvice({ domain: { domain, status, nextSelector } }: { domain: Domain }) {
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
