import { withTenant } from "#db/tenancy";
import { createBlackout, removeBlackout } from "#server/blackout-dates/mutations";
import { applyChange } from "#server/contact-edits/apply";
import { commitThenSend } from "#server/drivers/events";
import { type Calendar, numberOf, type Simulated } from "./testing-simulated-life.ts";
import type { ClosedDays } from "./testing-simulation-clock.ts";

/* Days on which nothing is sent to anybody, and a tag whose bearers are left alone. */

type Rest = ClosedDays & {
  /** So many days after the start they are put in, and some of them taken out again. */
  known: number;
  takenOut?: number;
};
const oneDay = (day: string, instead: ClosedDays["instead"]) => ({ from: day, to: day, instead });
/** Who is looked at each hour is ahead of others; on either calendar these days are closed to some, not to all. */
const restsOf = ({ stride }: Calendar): Rest[] => [
  { ...oneDay(stride === "an hour" ? "2027-03-11" : "2027-03-12", "never"), known: 1.4 },
  { ...oneDay(stride === "an hour" ? "2027-03-25" : "2027-03-26", "never"), known: 12.4 },
  // The evening before, people wait for its morning already.
  { ...oneDay("2027-03-29", "never"), known: 19.4, takenOut: 20.8 },
  { ...oneDay("2027-04-06", "later"), known: 22.4 },
];
const actions = { never: "skip", later: "delay" } as const;

export const undisturbedTag = "quiet";
/**
 * Of each dozen of people one has the tag from a day on, until another: over the first follow-up and a closed day; from the
 * midst of the pause on; while an email that they stand at is moved; and one keeps it.
 */
const tagged: { nth: number; from: number; until?: number }[] = [
  { nth: 7, from: 1.4, until: 4.9 },
  { nth: 9, from: 8.1, until: 12.4 },
  { nth: 10, from: 13.9, until: 23.4 },
  { nth: 0, from: 22.4 },
];

export async function rest(simulated: Simulated, tick: number): Promise<void> {
  const { isFirstOf } = simulated.calendar;
  for (const { known, takenOut, ...closed } of restsOf(simulated.calendar)) {
    if (isFirstOf(tick, known)) await close(simulated, tick, closed);
    if (takenOut !== undefined && isFirstOf(tick, takenOut)) await openUp(simulated, tick, closed.from);
  }
  for (const { nth, from, until } of tagged) {
    if (isFirstOf(tick, from)) await change(simulated, tick, { action: "tag", nth });
    if (until !== undefined && isFirstOf(tick, until))
      await change(simulated, tick, { action: "untag", nth });
  }
}

const byOf = ({ campaign: { scope, userId } }: Simulated) => ({ scope, userId });

async function close(simulated: Simulated, tick: number, days: ClosedDays): Promise<void> {
  const { campaign, closed, acts } = simulated;
  const { from: startsOn, to: endsOn, instead } = days;
  const blackout = { name: "Holidays", startsOn, endsOn, action: actions[instead] };
  const { id } = await commitThenSend(campaign.scope, (tx) =>
    createBlackout(tx, byOf(simulated), { ...blackout, onlyFor: [campaign.campaignId] }),
  );
  closed.set(startsOn, id);
  acts.push({ tick, kind: "close", ...days });
}

async function openUp(simulated: Simulated, tick: number, from: string): Promise<void> {
  const { campaign, closed, acts } = simulated;
  await commitThenSend(campaign.scope, (tx) => removeBlackout(tx, byOf(simulated), closed.get(from) ?? ""));
  acts.push({ tick, kind: "open up", from });
}

async function change(
  { campaign, people, acts }: Simulated,
  tick: number,
  { action, nth }: { action: "tag" | "untag"; nth: number },
): Promise<void> {
  const some = people.filter(({ email }) => numberOf(email) % 12 === nth);
  const ids = some.map(({ email }) => campaign.contactIds[numberOf(email)] ?? "");
  const { scope, userId: actorId } = campaign;
  await withTenant(scope, (tx) => applyChange(tx, { action, tag: undisturbedTag }, { ids, actorId }));
  for (const { email } of some) acts.push({ tick, kind: action, email });
}
