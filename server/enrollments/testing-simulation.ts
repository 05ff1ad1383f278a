import { DateTime } from "luxon";

/*
 * What a campaign should do to everybody, reckoned plainly, with another library's idea of time than the product's.
 * Nothing of the engine is used here. Only where more want an email than a day allows is the engine asked whom it chose,
 * and its choice judged.
 */

export type Bounce = "hard" | "soft" | "block";

/** What people do, and what befalls the product, at the beginning of a tick. */
export type Act =
  | { tick: number; kind: "pause" }
  | { tick: number; kind: "resume" }
  | { tick: number; kind: "shorten"; step: string; days: number }
  | { tick: number; kind: "reword"; step: string; subject: string }
  /** An email is put behind a step. */
  | { tick: number; kind: "insert"; after: string; step: string; subject: string }
  | { tick: number; kind: "delete"; step: string }
  | { tick: number; kind: "open" | "reply" | "unsubscribe" | "suppress"; email: string }
  /** The email of a step comes back after it was taken. */
  | { tick: number; kind: "return"; email: string; from: string; class: Bounce }
  /** Whoever was sending the email of this tick died with it in hand. */
  | { tick: number; kind: "lose"; email: string };

type Wait =
  { hours: number } | { days: number } | { businessDays: number } | { weekday: number; hour: number };
export type PlainStep =
  | { id: string; type: "email"; subject: string; next: string | null }
  | { id: string; type: "wait"; wait: Wait; next: string | null }
  | { id: string; type: "opened" | "in city"; city?: string; yes: string | null; no: string | null }
  | { id: string; type: "action"; next: string | null };

/** `zone` is null where the campaign's own counts. */
export type Person = { email: string; city: string; refuses: boolean; zone: string | null };
/** `ticks` are the moments at which the world moves, in epoch ms. `dailyLimit` is the campaign's, on its own clock. */
export type World = {
  zone: string;
  steps: readonly PlainStep[];
  ticks: readonly number[];
  acts: readonly Act[];
  dailyLimit: number;
};

/** An email that was tried at a tick, and what is known of it: `lost` is of unknown fate, and so is its subject. */
export type Sent = {
  step: string;
  subject: string | null;
  tick: number;
  fate: "sent" | "refused" | "lost" | Bounce;
};
/** `reason` is why they left early; `step` where they still stand. */
export type Story = { mails: Sent[]; end: string; reason: string | null; step: string | null };

type Walker = Story & {
  person: Person;
  at: PlainStep | null;
  /** When they came to the step (epoch ms), and at which tick they fell due there. */
  entered: number;
  dueTick: number | null;
  opened: boolean;
  /** Since when the fate of their email is unknown. */
  lostAt: number | null;
};

type Now = { world: World; byId: Map<string, PlainStep> };
const dayMs = 86_400_000;

/**
 * The emails that everybody should get, at which tick, and how their way ends. `chosen` says who was sent how many at a
 * tick; `breaches` what was wrong with the choice.
 */
export function tellStories(
  world: World,
  people: readonly Person[],
  chosen: (tick: number) => ReadonlyMap<string, number>,
): { stories: Map<string, Story>; breaches: string[] } {
  const now: Now = { world, byId: new Map(world.steps.map((step) => [step.id, step])) };
  const walkers = people.map((person) => begin(person, world));
  const byEmail = new Map(walkers.map((walker) => [walker.person.email, walker]));
  const used = new Map<string, { sent: number; refused: number }>();
  const breaches: string[] = [];
  let active = true;
  for (const [tick, moment] of world.ticks.entries()) {
    const lost = new Set<string>();
    for (const act of world.acts.filter((one) => one.tick === tick)) {
      if (act.kind === "pause") active = false;
      else if (act.kind === "resume") active = true;
      else if (act.kind === "lose") lost.add(act.email);
      else if ("step" in act) edit(now, walkers, act, moment);
      else suffer(byEmail.get(act.email), act);
    }
    if (!active) continue;
    for (const walker of walkers) walk(walker, now, tick, moment);
    const day = DateTime.fromMillis(moment, { zone: world.zone });
    const today = used.get(day.toISODate() ?? "") ?? { sent: 0, refused: 0 };
    used.set(day.toISODate() ?? "", today);
    const sentNow = new Map<string, number>();
    // Where no wait stands between two emails, both may leave within a tick.
    for (;;) {
      const due = walkers.filter(
        ({ end, dueTick, person }) =>
          end === "active" && dueTick !== null && isOpen(person.zone ?? world.zone, moment),
      );
      const left = world.dailyLimit - today.sent;
      const isChosen = ({ person: { email } }: Walker) =>
        (chosen(tick).get(email) ?? 0) > (sentNow.get(email) ?? 0);
      const picked = due.length <= left ? due : due.filter(isChosen);
      if (due.length > left && (picked.length > 0 || sentNow.size === 0)) {
        const later = walkers.filter((one) =>
          comesLater(one, now, moment, day.endOf("day").toMillis()),
        ).length;
        const spared = later + today.refused + picked.filter(({ person }) => person.refuses).length;
        breaches.push(
          ...judgeChoice({ due, picked, left, spared }).map((breach) => `${breach} at tick ${tick}`),
        );
      }
      if (picked.length === 0) break;
      for (const walker of picked) {
        const { email, refuses } = walker.person;
        const fate = lost.has(email) ? "lost" : refuses ? "refused" : "sent";
        today[fate === "refused" ? "refused" : "sent"] += 1;
        sentNow.set(email, (sentNow.get(email) ?? 0) + 1);
        send(walker, now, { tick, moment, fate });
        walk(walker, now, tick, moment);
      }
    }
  }
  const stories = walkers.map(({ person, mails, end, reason, at }): [string, Story] => [
    person.email,
    { mails, end, reason, step: at?.id ?? null },
  ]);
  return { stories: new Map(stories), breaches };
}

const begin = (person: Person, { steps, ticks }: World): Walker => ({
  person,
  mails: [],
  end: "active",
  reason: null,
  step: null,
  at: steps[0] ?? null,
  entered: ticks[0] ?? 0,
  dueTick: null,
  opened: false,
  lostAt: null,
});

function leave(walker: Walker, end: string, reason: string): void {
  Object.assign(walker, { end, reason, at: null, dueTick: null });
}

/** What changes for whoever still comes by. */
function edit(
  { byId }: Now,
  walkers: readonly Walker[],
  act: Extract<Act, { step: string }>,
  moment: number,
): void {
  if (act.kind === "insert") {
    const before = byId.get(act.after);
    if (!before || !("next" in before)) throw new Error("Nothing can be put behind this step.");
    byId.set(act.step, { id: act.step, type: "email", subject: act.subject, next: before.next });
    byId.set(before.id, { ...before, next: act.step });
  } else {
    const step = byId.get(act.step);
    if (act.kind === "shorten" && step?.type === "wait")
      byId.set(step.id, { ...step, wait: { days: act.days } });
    if (act.kind === "reword" && step?.type === "email") byId.set(step.id, { ...step, subject: act.subject });
    if (act.kind === "delete" && step && "next" in step) {
      byId.delete(step.id);
      for (const each of byId.values())
        if ("next" in each && each.next === step.id) byId.set(each.id, { ...each, next: step.next });
      for (const walker of walkers) if (walker.at?.id === step.id) goOn(walker, { byId }, step.next, moment);
    }
  }
  for (const walker of walkers) walker.at = walker.at && (byId.get(walker.at.id) ?? null);
}

function suffer(walker: Walker | undefined, act: Act): void {
  if (!walker) throw new Error(`Nobody is called so: ${JSON.stringify(act)}`);
  if (act.kind === "open") walker.opened = true;
  if (act.kind === "return") {
    const back = walker.mails.findLast(({ step }) => step === act.from);
    if (back) back.fate = act.class;
  }
  if (walker.end !== "active") return;
  if (act.kind === "reply") leave(walker, "replied", "replied");
  if (act.kind === "unsubscribe") leave(walker, "unsubscribed", "unsubscribed");
  if (act.kind === "suppress") leave(walker, "exited", "suppressed");
  if (act.kind !== "return") return;
  if (act.class === "hard") leave(walker, "bounced", "bounced_hard");
  if (act.class === "block") leave(walker, "failed", "send_failed");
  // Of a lost one nobody knows whether it came back.
  const known = walker.mails.filter(({ fate }) => fate !== "lost");
  const inARow = known.toReversed().findIndex(({ fate }) => fate !== "soft");
  if (act.class === "soft" && (inARow < 0 ? known.length : inARow) >= 3)
    leave(walker, "bounced", "bounced_soft_limit");
}

/** Goes on until an email is due, or a time has not come. */
function walk(walker: Walker, now: Now, tick: number, moment: number): void {
  while (walker.end === "active" && walker.at) {
    const step = walker.at;
    if (step.type === "email") {
      if (walker.lostAt === null) {
        walker.dueTick ??= tick;
        return;
      }
      // Nobody has said for a day what became of it: it counts as sent.
      if (walker.lostAt + dayMs >= moment) return;
      walker.lostAt = null;
      goOn(walker, now, step.next, moment);
    } else if (step.type === "wait") {
      if (endOfWait(walker, step, now) > moment) return;
      goOn(walker, now, step.next, moment);
    } else if (step.type === "action") goOn(walker, now, step.next, moment);
    else {
      const yes = step.type === "opened" ? walker.opened : walker.person.city === step.city;
      goOn(walker, now, yes ? step.yes : step.no, moment);
    }
  }
}

function goOn(walker: Walker, { byId }: Pick<Now, "byId">, next: string | null, moment: number): void {
  walker.at = next === null ? null : (byId.get(next) ?? null);
  // Work takes a moment: what is to last so many days from then on is not over at the same moment of that day.
  walker.entered = moment + 1;
  walker.dueTick = null;
  if (!walker.at) walker.end = "completed";
}

function send(
  walker: Walker,
  now: Now,
  { tick, moment, fate }: { tick: number; moment: number; fate: "sent" | "refused" | "lost" },
): void {
  if (walker.at?.type !== "email") throw new Error(`${walker.person.email} is not due for an email.`);
  const { id: step, subject } = walker.at;
  walker.mails.push({ step, subject: fate === "lost" ? null : subject, tick, fate });
  walker.opened = false;
  if (fate === "refused") leave(walker, "bounced", "bounced_hard");
  else if (fate === "lost") Object.assign(walker, { lostAt: moment, dueTick: null });
  else goOn(walker, now, walker.at.next, moment);
}

type Choice = { due: readonly Walker[]; picked: readonly Walker[]; left: number; spared: number };

/** No more than the day allows; of one step who came first; and no room left unused but what is kept for those to come. */
function judgeChoice({ due, picked, left, spared }: Choice): string[] {
  const breaches: string[] = [];
  const refused = picked.filter(({ person }) => person.refuses).length;
  if (picked.length - refused > left) breaches.push(`${picked.length} emails where ${left} were left`);
  if (picked.length < left - spared) breaches.push(`${picked.length} emails though ${left} were left`);
  for (const [step, some] of Map.groupBy(due, ({ at }) => at?.id)) {
    const passedOver = some.filter((walker) => !picked.includes(walker));
    const last = Math.max(...picked.filter(({ at }) => at?.id === step).map(({ dueTick }) => dueTick ?? 0));
    if (passedOver.some(({ dueTick }) => (dueTick ?? 0) < last)) breaches.push("somebody was overtaken");
  }
  return breaches;
}

/** Whose next email falls due later on this day, by a wait that leads to it: room is kept for them. */
function comesLater(walker: Walker, now: Now, from: number, to: number): boolean {
  const { at, end, mails } = walker;
  if (end !== "active" || at?.type !== "wait" || mails.length === 0 || at.next === null) return false;
  if (now.byId.get(at.next)?.type !== "email") return false;
  const over = endOfWait(walker, at, now);
  return over > from && over <= to;
}

const endOfWait = (
  { entered, person }: Walker,
  { wait }: Extract<PlainStep, { type: "wait" }>,
  { world }: Now,
): number => endOf("weekday" in wait ? (person.zone ?? world.zone) : world.zone, entered, wait);

/** Monday to Friday, six to eight in the evening. */
function isOpen(zone: string, at: number): boolean {
  const { weekday, hour } = DateTime.fromMillis(at, { zone });
  return weekday <= 5 && hour >= 6 && hour < 20;
}

function endOf(zone: string, from: number, wait: Wait): number {
  const start = DateTime.fromMillis(from, { zone });
  if ("hours" in wait) return from + wait.hours * 3_600_000;
  if ("days" in wait) return start.plus({ days: wait.days }).toMillis();
  if ("weekday" in wait) {
    let day = start.startOf("day").set({ hour: wait.hour });
    while (day.weekday !== wait.weekday || day <= start) day = day.plus({ days: 1 });
    return day.toMillis();
  }
  let day = start;
  for (let left = wait.businessDays; left > 0; left -= day.weekday <= 5 ? 1 : 0) day = day.plus({ days: 1 });
  return day.toMillis();
}
