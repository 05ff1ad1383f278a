import { Badge, type Tone } from "#components/ui/badge";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";

export type Domain = RouterOutputs["domains"]["byId"];
export type DomainRecord = Domain["records"][number];

const states = { pending: "Waiting for DNS", verified: "Signed", failed: "Record gone" };

/** Whether mail of the domain is signed. */
export function DomainState({ status }: { status: Domain["status"] }) {
  return <StatusBadge status={status} label={states[status]} />;
}

const recordStates: Record<DomainRecord["state"], [words: string, tone: Tone]> = {
  found: ["Found", "success"],
  warning: ["Could be better", "warning"],
  missing: ["Not found", "warning"],
  wrong: ["Wrong", "danger"],
  unknown: ["No answer", "neutral"],
  unchecked: ["Not looked for yet", "neutral"],
};

/** How a record was last found. */
export function RecordState({ state }: { state: DomainRecord["state"] }) {
  const [words, tone] = recordStates[state];
  return (
    <Badge tone={tone} dot>
      {words}
    </Badge>
  );
}

export const recordNames: Record<DomainRecord["kind"], { title: string; short: string; purpose: string }> = {
  dkim: {
    title: "Signature (DKIM)",
    short: "DKIM",
    purpose: "By this key receivers see that mail is yours, and unchanged.",
  },
  next_dkim: {
    title: "Next signature (DKIM)",
    short: "Next DKIM",
    purpose: "The new key. It takes over as soon as this is found.",
  },
  spf: {
    title: "Servers (SPF)",
    short: "SPF",
    purpose: "Names the servers that may send mail of this domain.",
  },
  dmarc: {
    title: "Policy (DMARC)",
    short: "DMARC",
    purpose: "Says what becomes of mail that fails the other two.",
  },
};
