import Link from "next/link";
import { Section } from "#components/ui/section";
import type { Live } from "../campaigns/live-view.tsx";

type Props = { workspace: string; campaignId: string; live: Live };
type Reason = Live["reasons"][number];

const onTheWay = ["enrolled", "active", "paused"];

/** Who stands where and why, in one glance: each line leads to these very people. */
export function ReasonList({ workspace, campaignId, live }: Props) {
  const waiting = live.reasons.filter(({ status }) => onTheWay.includes(status));
  const gone = live.reasons.filter(({ status }) => !onTheWay.includes(status));
  return (
    <Section title="Who and why" description="What people on the way wait for, and why the others have left.">
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
        <Reasons
          title="On the way"
          reasons={waiting}
          total={live.people}
          empty={live.status === "completed" ? "Everybody has come to an end." : "Nobody at this moment."}
          hrefOf={hrefOf}
        />
        <Reasons
          title="Left"
          reasons={gone}
          total={live.people}
          empty="Nobody has left yet."
          hrefOf={hrefOf}
        />
      </div>
    </Section>
  );

  function hrefOf({ status, reason }: Reason): string {
    const query = new URLSearchParams({ status, ...(reason && { reason }) });
    return `/${workspace}/campaigns/${campaignId}?${query.toString()}#people`;
  }
}

type ListProps = {
  title: string;
  reasons: Reason[];
  total: number;
  empty: string;
  hrefOf: (reason: Reason) => string;
};

function Reasons({ title, reasons, total, empty, hrefOf }: ListProps) {
  return (
    <div className="min-w-0">
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      {reasons.length === 0 && <p className="text-muted">{empty}</p>}
      <ul aria-label={title} className="space-y-2">
        {reasons.map((reason) => (
          <li key={`${reason.status} ${reason.reason}`}>
            <Link
              href={hrefOf(reason)}
              prefetch={false}
              className="group grid grid-cols-[1fr_auto] items-baseline gap-x-3 rounded-sm"
            >
              <span className="min-w-0 text-pretty group-hover:text-accent">{wordsOf(reason)}</span>
              <span className="font-medium tabular-nums">{reason.count.toLocaleString("en")}</span>
              <span aria-hidden className="col-span-2 mt-1 h-1 overflow-hidden rounded-full bg-selected">
                <span
                  className="block h-full rounded-full bg-line-strong group-hover:bg-accent"
                  style={{ width: `${(reason.count / Math.max(1, total)) * 100}%` }}
                />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function wordsOf({ status, why }: Reason): string {
  if (status === "paused") return "Paused by hand.";
  return why ?? "Their time has come: they move on within a minute.";
}
