import { forecast, type Foreseen } from "#server/planner/forecast";
import type { Person } from "#server/planner/persons";
import type { Course } from "#server/planner/plan";
import type { Meanwhile } from "#server/planner/simulate";
import { dayName, toLocal } from "#server/planner/zone";
import { dueBehind, type FirstTest, sampleCount } from "./first-test.ts";

/** The first email goes to a sample, and to the `others` when a winner is found, `durationMinutes` later at the earliest. */
export type ForecastTest = { sample: number; others: number; durationMinutes: number };

type Asked = {
  from: number;
  count: number;
  people: readonly Person[];
  lastDueAt: number | undefined;
  watch: ReadonlySet<string>;
};
type Testing = {
  tested: FirstTest;
  isTested: (person: Person) => boolean;
  /** Those who are snoozed; a test does not wait for them. */
  snoozed: ReadonlySet<string>;
  /** Everybody comes at the start. Else whoever waits for a winner is not foreseen. */
  together: boolean;
  /** Anew for each forecast. */
  meanwhile: () => Meanwhile;
};

/**
 * A forecast where the first email is tested: some get it at once, the others when its winner is found. The first ones are taken
 * for the sample, since that is drawn when the campaign runs.
 */
export function forecastTested(
  course: Course,
  asked: Asked,
  { tested, isTested, snoozed, together, meanwhile }: Testing,
): { test: ForecastTest | null; found: Foreseen | null } {
  const { from, count, people, lastDueAt } = asked;
  const plain = () => forecast(course, { ...meanwhile(), ...asked });
  const those = people.filter(isTested);
  const all = people.length === 0 ? 0 : Math.round((count * those.length) / people.length);
  if (all === 0) return { test: null, found: plain() };
  const { durationMinutes } = tested.test;
  const sample = sampleCount(tested, all);
  const others = all - sample;
  const test = { sample, others, durationMinutes };
  if (others === 0 || !together) return { test, found: plain() };

  const inside = those.slice(0, sample);
  const awake = inside.filter(({ id }) => !snoozed.has(id));
  const awaited = awake.length > 0 ? awake : inside;
  const sampled = sample - inside.length + awaited.length;
  const first = forecast(course, { ...meanwhile(), from, people: awaited, count: sampled });
  if (!first?.finishesAt) return { test, found: plain() };
  const decidedAt = first.finishesAt.getTime() + durationMinutes * 60_000;
  const dueOf = dueBehind(tested, decidedAt);
  const behind = (person: Person): Person => ({ ...person, dueAt: dueOf(person.dueAt) });
  if (inside.length < those.length) {
    const chosen = new Set(inside);
    const due = people.map((person) => (isTested(person) && !chosen.has(person) ? behind(person) : person));
    const last = Math.max(lastDueAt ?? from, decidedAt);
    return { test, found: forecast(course, { ...meanwhile(), ...asked, people: due, lastDueAt: last }) };
  }
  // Everybody who is known is in so large a sample. Those behind it are taken to be like them.
  const found = forecast(course, { ...meanwhile(), ...asked, count: count - others, lastDueAt: undefined });
  const rest = forecast(course, {
    ...meanwhile(),
    from: decidedAt,
    count: others,
    people: those.slice(0, others).map(behind),
    lastDueAt,
  });
  return { test, found: found && { ...followedBy(course, found, rest), count } };
}

/** Both, one after the other; `rest` is null where the rules leave no slot for it. */
function followedBy({ campaign: { zone } }: Course, first: Foreseen, rest: Foreseen | null): Foreseen {
  const { finishesAt: ends } = first;
  if (!rest?.finishesAt || !ends) return { ...first, days: first.days + (rest?.days ?? 0), finishesAt: null };
  const dayOf = (at: Date) => dayName(toLocal(zone, at.getTime()));
  const shared = dayOf(ends) === dayOf(rest.firstAt) ? 1 : 0;
  return {
    ...first,
    days: first.days + rest.days - shared,
    finishesAt: ends > rest.finishesAt ? ends : rest.finishesAt,
  };
}
