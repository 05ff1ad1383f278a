import Link from "next/link";
import type { ReactNode } from "react";
import { percent } from "#components/campaigns/percent";
import { DateTime } from "#components/ui/date-time";
import { LinkButton } from "#components/ui/link-button";
import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";

type Home = RouterOutputs["analytics"]["home"];
type Campaign = Home["running"][number];
type Props = {
  workspace: string;
  running: Home["running"];
  completed: Home["completed"];
  timeZone: string;
  canWrite: boolean;
};

/** What runs now, and below it what has ended lately. */
export function RunningList({ workspace, running, completed, timeZone, canWrite }: Props) {
  const action = canWrite && (
    <LinkButton size="sm" href={`/${workspace}/campaigns/new`}>
      New campaign
    </LinkButton>
  );
  return (
    <>
      <Section title="Running" action={action} flush={running.length > 0}>
        {running.length === 0 ? (
          <p className="text-muted">No campaign is running.</p>
        ) : (
          <ul className="divide-y">
            {running.map((campaign) => (
              <Item
                key={campaign.id}
                workspace={workspace}
                campaign={campaign}
                aside={
                  campaign.nextAt && (
                    <>
                      next <DateTime at={campaign.nextAt} timeZone={timeZone} />
                    </>
                  )
                }
              />
            ))}
          </ul>
        )}
      </Section>
      {completed.length > 0 && (
        <Section title="Completed lately" flush>
          <ul className="divide-y">
            {completed.map((campaign) => (
              <Item
                key={campaign.id}
                workspace={workspace}
                campaign={campaign}
                aside={<DateTime at={campaign.completedAt} timeZone={timeZone} show="date" />}
              />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Item({ workspace, campaign, aside }: { workspace: string; campaign: Campaign; aside: ReactNode }) {
  const { people, live, numbers, completedAt } = campaign;
  const through = people - live;
  return (
    <li className="relative px-4 py-3 transition-colors hover:bg-hover sm:px-5">
      <div className="flex items-baseline justify-between gap-4">
        <Link
          href={`/${workspace}/campaigns/${campaign.id}`}
          className="min-w-0 truncate font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
        >
          {campaign.name}
        </Link>
        <span className="shrink-0 text-xs text-muted">{aside}</span>
      </div>
      {completedAt === null && (
        <ProgressBar
          label={`${campaign.name}: people through`}
          done={through}
          total={people}
          className="mt-2 mb-1"
        />
      )}
      <p className="mt-1 text-xs text-muted tabular-nums">
        {completedAt === null
          ? `${through.toLocaleString("en")} of ${people.toLocaleString("en")} people through`
          : `${people.toLocaleString("en")} people`}{" "}
        · {numbers.sent.toLocaleString("en")} sent
        {numbers.delivered > 0
          && ` · ${percent(numbers.opened, numbers.delivered)} opened · ${percent(numbers.clicked, numbers.delivered)} clicked`}
      </p>
    </li>
  );
}
