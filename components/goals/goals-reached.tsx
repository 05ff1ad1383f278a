import { History } from "lucide-react";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { countedHref } from "../analytics/counted-href.tsx";
import { NumberLink } from "../analytics/number-link.tsx";
import type { Live } from "../campaigns/live-view.tsx";
import { percent } from "../campaigns/percent.tsx";
import type { Campaign } from "../campaigns/use-campaign-edits.tsx";
import { goalActionLabels, goalKinds, goalWords } from "./goal-words.tsx";

type Props = { workspace: string; campaign: Campaign; live: Live; timeZone: string };

/** How often each goal of a campaign was reached, and how often a mail is put down as the cause. */
export function GoalsReached({ workspace, campaign, live, timeZone }: Props) {
  const former = live.goals.filter(({ retiredAt }) => retiredAt !== null);
  if (campaign.goals.length === 0 && former.length === 0) return null;
  return (
    <Section title="Goals" flush>
      <ul aria-label="Goals" className="divide-y">
        {campaign.goals.map((goal) => {
          const tally = live.goals.find(({ goalId }) => goalId === goal.id);
          const Icon = goalKinds[goal.event.type].icon;
          const reached = tally?.reached ?? 0;
          return (
            <li key={goal.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
              <Icon aria-hidden className="size-4 shrink-0 self-center text-muted" />
              <div className="min-w-0 flex-1 basis-3/4 sm:basis-0">
                <p className="font-medium">{goal.name}</p>
                <p className="text-xs text-muted">
                  Whoever {goalWords(goal)}. {goalActionLabels[goal.action]}
                  {goal.action === "move" && goal.target ? `: ${goal.target}` : ""}.
                  {tally?.since && (
                    <>
                      {" "}
                      Counted since <DateTime at={tally.since} timeZone={timeZone} />.
                    </>
                  )}
                </p>
              </div>
              <p className="text-right tabular-nums max-sm:pl-8 max-sm:text-left">
                <strong className="font-semibold">{reached.toLocaleString("en")}</strong> reached it
                <span className="text-muted"> ({percent(reached, live.people)} of all people)</span>
                <span className="block text-xs text-muted">
                  <NumberLink
                    value={tally?.attributed ?? 0}
                    href={countedHref(workspace, campaign.id, { is: "converted", goalId: goal.id })}
                    label="put down to a mail"
                  />{" "}
                  within {goal.attributionDays} {goal.attributionDays === 1 ? "day" : "days"} of a mail
                  {tally?.lastAt && (
                    <>
                      , last <DateTime at={tally.lastAt} timeZone={timeZone} />
                    </>
                  )}
                </span>
              </p>
            </li>
          );
        })}
        {former.map(({ goalId, name, reached, attributed, retiredAt }) => (
          <li key={goalId} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
            <History aria-hidden className="size-4 shrink-0 self-center text-muted" />
            <div className="min-w-0 flex-1 basis-3/4 sm:basis-0">
              <p className="font-medium">{name}</p>
              {retiredAt && (
                <p className="text-xs text-muted">
                  As it was until <DateTime at={retiredAt} timeZone={timeZone} />. It counts no more.
                </p>
              )}
            </div>
            <p className="text-right tabular-nums max-sm:pl-8 max-sm:text-left">
              <strong className="font-semibold">{reached.toLocaleString("en")}</strong> reached it
              <span className="block text-xs text-muted">
                <NumberLink
                  value={attributed}
                  href={countedHref(workspace, campaign.id, { is: "converted", goalId })}
                  label="put down to a mail"
                />{" "}
                put down to a mail
              </span>
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
