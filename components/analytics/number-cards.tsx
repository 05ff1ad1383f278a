import { Fragment, type ReactNode } from "react";
import { cn } from "#components/ui/cn";
import { Stat } from "#components/ui/stat";
import type { Measure } from "#server/analytics/schema";
import type { Live } from "../campaigns/live-view.tsx";
import { percent } from "../campaigns/percent.tsx";
import { countedHref } from "./counted-href.tsx";
import { NumberLink } from "./number-link.tsx";

type Props = { workspace: string; campaignId: string; live: Live };

/** A campaign's numbers at a glance. Each leads to the messages, or the people, that it counts. */
export function NumberCards({ workspace, campaignId, live }: Props) {
  const { numbers, enrollments } = live;
  const card = (is: Measure, label: string, note: ReactNode) => (
    <Stat
      label={label}
      value={
        <NumberLink
          value={numbers[is]}
          href={countedHref(workspace, campaignId, { is })}
          label={label.toLowerCase()}
        />
      }
      note={note}
    />
  );
  const list = (is: Measure, text: string) =>
    numbers[is] > 0 && (
      <>
        <NumberLink value={numbers[is]} href={countedHref(workspace, campaignId, { is })} label={text} />{" "}
        {text}
      </>
    );
  const onTheWay = (enrollments.enrolled ?? 0) + (enrollments.active ?? 0) + (enrollments.paused ?? 0);
  const notes = [list("queued", "queued"), list("failed", "failed"), list("withGaps", "with a gap")].filter(
    (note) => note !== false,
  );
  return (
    <dl
      aria-label="Numbers"
      className={cn(
        "mb-5 grid grid-cols-2 gap-3",
        live.goals.length > 0 ? "sm:grid-cols-3" : "sm:grid-cols-4",
      )}
    >
      <Stat
        label="People"
        value={
          <NumberLink
            value={live.people}
            href={`/${workspace}/campaigns/${campaignId}#people`}
            label="people"
          />
        }
        note={`${onTheWay.toLocaleString("en")} on the way`}
      />
      {card(
        "sent",
        "Sent",
        notes.map((note, place) => (
          <Fragment key={place}>
            {place > 0 && ", "}
            {note}
          </Fragment>
        )),
      )}
      {card("delivered", "Delivered", percent(numbers.delivered, numbers.sent))}
      {card(
        "opened",
        "Opened",
        <>
          {percent(numbers.opened, numbers.delivered)}
          {numbers.machineOpened > 0 && <> · {list("machineOpened", "automatic")}</>}
        </>,
      )}
      {card("clicked", "Clicked", percent(numbers.clicked, numbers.delivered))}
      {card("replied", "Replied", percent(numbers.replied, numbers.delivered))}
      {live.goals.length > 0
        && card("converted", "Goals reached", percent(numbers.converted, numbers.delivered))}
      {card("bounced", "Bounced", percent(numbers.bounced, numbers.sent))}
      {card(
        "unsubscribed",
        "Unsubscribed",
        <>
          {percent(numbers.unsubscribed, numbers.delivered)}
          {numbers.complained > 0 && <> · {list("complained", "complained")}</>}
        </>,
      )}
    </dl>
  );
}
