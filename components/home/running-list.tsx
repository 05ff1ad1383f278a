import Link from "next/link";
import { percent } from "#components/campaigns/percent";
import { DateTime } from "#components/ui/date-time";
import { LinkButton } from "#components/ui/link-button";
import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";

type Home = RouterOutputs["analytics"]["home"];
type Props = { workspace: string; running: Home["running"]; timeZone: string; canWrite: boolean };

export function RunningList({ workspace, running, timeZone, canWrite }: Props) {
  const action = canWrite && (
    <LinkButton size="sm" href={`/${workspace}/campaigns/new`}>
      New campaign
    </LinkButton>
  );
  if (running.length === 0) {
    return (
      <Section title="Running" action={action}>
        <p className="text-muted">No campaign is running.</p>
      </Section>
    );
  }
  return (
    <Section title="Running" action={action} flush>
      <ul className="divide-y">
        {running.map((campaign) => (
          <li key={campaign.id} className="relative px-4 py-3 transition-colors hover:bg-hover sm:px-5">
            <div className="flex items-baseline justify-between gap-4">
              <Link
                href={`/${workspace}/campaigns/${campaign.id}`}
                className="min-w-0 truncate font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
              >
                {campaign.name}
              </Link>
              <span className="shrink-0 text-xs text-muted">
                {campaign.nextAt ? (
                  <>
                    next <DateTime at={campaign.nextAt} timeZone={timeZone} />
                  </>
                ) : null}
              </span>
            </div>
            <ProgressBar
              label={`${campaign.name}: people through`}
              done={campaign.people - campaign.live}
              total={campaign.people}
              className="my-2"
            />
            <p className="text-xs text-muted tabular-nums">
              {(campaign.people - campaign.live).toLocaleString("en")} of{" "}
              {campaign.people.toLocaleString("en")} people through ·{" "}
              {campaign.numbers.sent.toLocaleString("en")} sent ·{" "}
              {percent(campaign.numbers.opened, campaign.numbers.delivered)} opened ·{" "}
              {percent(campaign.numbers.clicked, campaign.numbers.delivered)} clicked
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
