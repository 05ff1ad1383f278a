"use client";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { AddPeople } from "./add-people.tsx";
import type { Live } from "./live-view.tsx";
import { triggerKinds, triggerWords } from "./trigger-words.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Props = {
  campaign: Campaign;
  live: Live;
  timeZone: string;
  canLaunch: boolean;
};

/** What brings people into a campaign that goes on, whom each trigger has brought, and who was turned away. */
export function ArrivalsCard({ campaign, live, timeZone, canLaunch }: Props) {
  const { arrivals } = live;
  if (!arrivals) return null;
  const open = live.status === "active" || live.status === "paused";
  return (
    <Section
      title="Who comes in"
      flush
      description={
        arrivals.waiting > 0
          ? `${arrivals.waiting.toLocaleString("en")} at the door${live.status === "paused" ? ": let in when you resume." : "."}`
          : undefined
      }
      action={canLaunch && open && <AddPeople campaign={campaign} />}
    >
      <ul className="divide-y">
        {campaign.triggers.map((trigger) => {
          const tally = arrivals.triggers.find(({ id }) => id === trigger.id);
          const Icon = triggerKinds[trigger.type].icon;
          return (
            <li key={trigger.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
              <Icon aria-hidden className="size-4 shrink-0 self-center text-muted" />
              <span className="min-w-0 flex-1 basis-3/4 sm:basis-0">Whoever {triggerWords(trigger)}</span>
              <span className="tabular-nums max-sm:pl-8">
                <strong className="font-semibold">{(tally?.enrolled ?? 0).toLocaleString("en")}</strong>{" "}
                enrolled
              </span>
              <span className="min-w-0 text-xs text-muted max-sm:flex-1 sm:w-64 sm:text-right">
                {tally && turnedAway(tally)}
                {tally?.lastAt ? (
                  <>
                    last <DateTime at={tally.lastAt} timeZone={timeZone} />
                  </>
                ) : (
                  "nobody yet"
                )}
              </span>
            </li>
          );
        })}
        {campaign.triggers.length === 0 && (
          <li className="px-4 py-3 sm:px-5">
            Whoever comes to the lists and segments of the audience
            {campaign.audience.removeOnExit && ", for as long as they are in one"}.{" "}
            <span className="text-muted">
              {arrivals.triggers.reduce((sum, { enrolled }) => sum + enrolled, 0).toLocaleString("en")} so
              far.
            </span>
          </li>
        )}
      </ul>
    </Section>
  );
}

function turnedAway({
  already,
  excluded,
  unmailable,
}: NonNullable<Live["arrivals"]>["triggers"][number]): string {
  const said = [
    already > 0 && `${already.toLocaleString("en")} already in it`,
    excluded > 0 && `${excluded.toLocaleString("en")} left out`,
    unmailable > 0 && `${unmailable.toLocaleString("en")} may not be mailed`,
  ].filter(Boolean);
  return said.length > 0 ? `${said.join(", ")}, ` : "";
}
