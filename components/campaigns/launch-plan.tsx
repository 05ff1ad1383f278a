import { daysText } from "#components/sending/blackout-list";
import { DefinitionList } from "#components/ui/definition-list";
import { Section } from "#components/ui/section";
import { awaitedDrafts, firstAtWords, isEarliest, testWords } from "./launch-words.ts";
import { triggerWords } from "./trigger-words.tsx";
import type { Review } from "./launch-review.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

export function LaunchPlan({ campaign, review }: { campaign: Campaign; review: Review }) {
  const { audience, forecast, mailbox, days } = review;
  const { fromName, fromEmail, timezone, noLimits } = campaign.settings;
  const triggered = campaign.type === "triggered";
  const items = [
    {
      term: "To",
      value: triggered ? (
        <>
          <ul>
            {campaign.triggers.map((trigger) => (
              <li key={trigger.id}>Whoever {triggerWords(trigger)}</li>
            ))}
          </ul>
          <span className="text-muted">{people(audience.count)} could come in as of now</span>
        </>
      ) : (
        <>
          <strong className="font-semibold tabular-nums">{people(audience.count)}</strong>
          {audience.suppressed > 0 && (
            <span className="text-muted">, {audience.suppressed.toLocaleString("en")} left out</span>
          )}
          {audience.undisturbed && (
            <span className="text-muted">
              , {audience.undisturbed.people.toLocaleString("en")} not to be disturbed for now
            </span>
          )}
        </>
      ),
    },
    {
      term: "From",
      value: (
        <>
          {mailbox?.pool ? fromName : `${fromName} <${fromEmail}>`}
          {mailbox && <span className="text-muted"> through {throughWhat(mailbox)}</span>}
        </>
      ),
    },
  ];
  if (forecast?.rollout) {
    const { atText, first, last, turns } = forecast.rollout;
    items.push({
      term: "Roll-out",
      value: (
        <>
          {atText} on everybody’s own clock
          <span className="block text-muted">
            {turns === 1 ? `All at once (${first})` : `In ${turns} turns, from ${first} to ${last}`}
          </span>
        </>
      ),
    });
  }
  if (forecast) {
    const drafts = awaitedDrafts(campaign.steps);
    const waits = testWords(forecast, campaign.goesOn);
    const atOnce = forecast.atOnce && campaign.status !== "scheduled";
    items.push(
      {
        term: "First email",
        value: (
          <>
            {firstAtWords({ ...forecast, atOnce }, drafts)}
            {forecast.mailbox && `${drafts ? "," : ""} from ${forecast.mailbox}`}{" "}
            {!(atOnce && drafts) && (
              <span className="text-muted">
                {campaign.status === "scheduled" ? "" : "if launched now "}({timezone})
              </span>
            )}
            {forecast.holdText && campaign.status !== "scheduled" && (
              <span className="block text-muted">{forecast.holdText}</span>
            )}
            {waits && <span className="block text-muted">{waits}</span>}
          </>
        ),
      },
      {
        term: "Pace",
        value: (
          <>
            {noLimits || forecast.perDay === null
              ? "No limits: as fast as the mailbox takes them"
              : `Up to ${forecast.perDay.toLocaleString("en")} a day`}
          </>
        ),
      },
    );
    if (!triggered)
      items.push({
        term: "Everybody reached",
        value: (
          <>
            {forecast.finishesAtText
              ? `${forecast.finishesAtText}${isEarliest(forecast, drafts) ? " at the earliest" : ""}${forecast.days > 1 ? ` (needs ${forecast.days} days of sending)` : ""}`
              : "Not within ten years at this pace: raise the limits."}
          </>
        ),
      });
  }
  if (days.length > 0)
    items.push({
      term: "Closed days",
      value: (
        <ul>
          {days.map(({ id, name, action, ...range }) => (
            <li key={id}>
              {name}, {daysText(range)}{" "}
              <span className="text-muted">
                {action === "delay" ? "" : action === "skip" ? "(emails passed over)" : "(emails leave)"}
              </span>
            </li>
          ))}
        </ul>
      ),
    });
  return (
    <Section
      title="What will happen"
      description={
        triggered
          ? "Everybody starts at the first step when something brings them in, for as long as the campaign runs."
          : "The first step’s email; later ones follow each contact’s own way."
      }
    >
      <DefinitionList items={items} />
    </Section>
  );
}

const throughWhat = ({ pool, sandbox, email }: NonNullable<Review["mailbox"]>) =>
  pool ? `the pool ${pool}` : sandbox ? "the sandbox" : email;

export const people = (count: number) => (count === 1 ? "1 person" : `${count.toLocaleString("en")} people`);
