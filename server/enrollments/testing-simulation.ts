import {
  type ClosedDays,
  dayMs,
  dayOf,
  endOf,
  endOfDay,
  isOpen,
  lostTurn,
} from "./testing-simulation-clock.ts";
import { edit, type Edit, type PlainStep, type PlainSteps } from "./testing-simulation-steps.ts";

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
  | (Edit & { tick: number })
  /** From now on it is known that these days are closed, or that those from this day on are not. */
  | ({ tick: number; kind: "close" } & ClosedDays)
  | { tick: number; kind: "open up"; from: string }
  /** Nobody is to write to them, or everybody may again. */
  | { tick: number; kind: "tag" | "untag"; email: string }
  | { tick: number; kind: "open" | "reply" | "unsubscribe" | "suppress"; email: string }
  /** The email of a step comes back after it was taken. */
  | { tick: number; kind: "return"; email: string; from: string; class: Bounce }
  /** Whoever was sending the email of this tick died with it in hand. */
  | { tick: number; kind: "lose"; email: string };

/** `zone` is null where the campaign's own counts. */
export type Person = { email: string; city: string; refuses: boolean; zone: string | null };
/**
 * `ticks` are the moments at which the world moves, in epoch ms. `dailyLimit` is the campaign's, on its own clock;
 * `hoursApart` lie between two emails to one address, or as many as do when it is null.
 */
export type World = {
  zone: string;
  steps: readonly PlainStep[];
  ticks: readonly number[];
  acts: readonly Act[];
  dailyLimit: number;
  hoursApart: number | null;
};

/** An email that was tried at a tick, and what is known of it: `lost` is of unknown fate, and so is its subject. */
export type Sent = {
  step: string;
  subject: string | null;
  tick: number;
  fate: "sent" | "refused" | "lost" | Bounce;
};
/** What the world has to bring about, or it tries nothing. */
export const curiosities = [
  "passed over on a closed day",
  "passed over later, for the day on which their turn came",
  "waited for a closed day to end",
  "left alone when an email was due",
  "waited, since they had one lately",
  "had passed a step when it was moved",
  "stood at a step when it was moved",
  "came by a moved step again",
  "came to a moved step in its new place",
] as const;
export type Curiosity = (typeof curiosities)[number];
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
  /** The steps that they have been at. */
  passed: Set<string>;
  /** Since when nobody is to write to them. */
  undisturbedSince: number | null;
  /** Whether they were left alone at this step for a while: they may have lost their place in the row. */
  wasLeftAlone: boolean;
};

type Now = {
  world: World;
  byId: PlainSteps;
  closed: ClosedDays[];
  moved: Set<string>;
  seen: Set<Curiosity>;
};

/**
 * The emails that everybody should get, at which tick, and how their way ends. `chosen` says who was sent how many at a
 * tick; `breaches` what was wrong with the choice; `seen` what came about on the way.
 */
export function tellStories(
  world: World,
  people: readonly Person[],
  chosen: (tick: number) => ReadonlyMap<string, number>,
): { stories: Map<string, Story>; breaches: string[]; seen: Set<Curiosity> } {
  const byId = new Map(world.steps.map((step) => [step.id, step]));
  const now: Now = { world, byId, closed: [], moved: new Set(), seen: new Set() };
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
      else if (act.kind === "close") now.closed.push(act);
      else if (act.kind === "open up") now.closed = now.closed.filter(({ from }) => from !== act.from);
      else if ("step" in act) change(now, walkers, act, moment);
      else suffer(byEmail.get(act.email), act, moment);
    }
    if (!active) continue;
    for (const walker of walkers) walk(walker, now, tick, moment);
    const day = dayOf(world.zone, moment);
    const today = used.get(day) ?? { sent: 0, refused: 0 };
    used.set(day, today);
    const choice = chosen(tick);
    const sentNow = new Map<string, number>();
    // Where no wait stands between two emails, both may leave within a tick.
    for (;;) {
      const due = walkers.filter((walker) => mayGetOne(walker, now, moment));
      const left = world.dailyLimit - today.sent;
      const isChosen = ({ person: { email } }: Walker) =>
        (choice.get(email) ?? 0) > (sentNow.get(email) ?? 0);
      const later = due.length > left || due.some(isFirst) ? countLater(walkers, now, moment) : 0;
      const isScarce = due.length + later > left;
      const picked = isScarce ? due.filter(isChosen) : due;
      if (isScarce && (picked.length > 0 || sentNow.size === 0)) {
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
  return { stories: new Map(stories), breaches, seen: now.seen };
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
  passed: new Set(),
  undisturbedSince: null,
  wasLeftAlone: false,
});

function leave(walker: Walker, end: string, reason: string): void {
  Object.assign(walker, { end, reason, at: null, dueTick: null });
}

/**
 * What changes for whoever still comes by. Who stands at a step that is moved stays at it, and goes on from where it is
 * now; from one that is deleted they go on at once.
 */
function change(now: Now, walkers: readonly Walker[], act: Edit, moment: number): void {
  const { byId, moved, seen } = now;
  const there = walkers.filter(({ at }) => at?.id === act.step);
  const old = byId.get(act.step);
  edit(byId, act);
  if (act.kind === "move") {
    moved.add(act.step);
    if (there.length > 0) seen.add("stood at a step when it was moved");
    if (
      walkers.some(({ end, at, passed }) => end === "active" && at?.id !== act.step && passed.has(act.step))
    )
      seen.add("had passed a step when it was moved");
  }
  if (act.kind === "delete" && old && "next" in old)
    for (const walker of there) goOn(walker, now, old.next, moment);
  for (const walker of walkers) walker.at = walker.at && (byId.get(walker.at.id) ?? null);
}

function suffer(walker: Walker | undefined, act: Act, moment: number): void {
  if (!walker) throw new Error(`Nobody is called so: ${JSON.stringify(act)}`);
  if (act.kind === "open") walker.opened = true;
  if (act.kind === "tag") Object.assign(walker, { undisturbedSince: moment, wasLeftAlone: true });
  if (act.kind === "untag") walker.undisturbedSince = null;
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
      if (walker.lostAt !== null) {
        // Nobody has said for a day what became of it: it counts as sent.
        if (walker.lostAt + dayMs >= moment) return;
        walker.lostAt = null;
        goOn(walker, now, step.next, moment);
      } else if (walker.passed.has(step.id)) {
        // It was moved behind them: nobody is written to twice.
        now.seen.add("came by a moved step again");
        goOn(walker, now, step.next, moment);
      } else {
        const turn = lostTurn(zoneOf(walker, now), walker.entered, now.closed);
        if (turn === null || turn > moment || walker.undisturbedSince !== null) {
          walker.dueTick ??= tick;
          return;
        }
        passOver(walker, now, { next: step.next, turn, moment });
      }
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

const zoneOf = ({ person }: Walker, { world }: Now): string => person.zone ?? world.zone;

/** Their turn came on a day without sending: they never get the email, and what comes next counts from their turn. */
function passOver(
  walker: Walker,
  now: Now,
  { next, turn, moment }: { next: string | null; turn: number; moment: number },
): void {
  const isOver = !isSameDay(zoneOf(walker, now), turn, moment);
  now.seen.add(
    isOver ? "passed over later, for the day on which their turn came" : "passed over on a closed day",
  );
  goOn(walker, now, next, moment);
  walker.entered = turn;
}

const isSameDay = (zone: string, one: number, other: number) => dayOf(zone, one) === dayOf(zone, other);

/** Whether they stand at an email that may leave at this moment, for all that the campaign's limit says. */
function mayGetOne(walker: Walker, now: Now, moment: number): boolean {
  const { closed, seen, world } = now;
  if (walker.end !== "active" || walker.dueTick === null) return false;
  const zone = zoneOf(walker, now);
  if (!isOpen(zone, moment, closed)) {
    if (isOpen(zone, moment, [])) seen.add("waited for a closed day to end");
    return false;
  }
  const last = world.ticks[walker.mails.at(-1)?.tick ?? Number.NaN] ?? Number.NEGATIVE_INFINITY;
  const isTooSoon = moment < last + (world.hoursApart ?? 0) * 3_600_000;
  if (isTooSoon) seen.add("waited, since they had one lately");
  if (walker.undisturbedSince !== null) seen.add("left alone when an email was due");
  return !isTooSoon && walker.undisturbedSince === null;
}

function goOn(walker: Walker, { byId, moved, seen }: Now, next: string | null, moment: number): void {
  if (walker.at) walker.passed.add(walker.at.id);
  walker.at = next === null ? null : (byId.get(next) ?? null);
  if (walker.at && moved.has(walker.at.id) && !walker.passed.has(walker.at.id))
    seen.add("came to a moved step in its new place");
  // Work takes a moment: what is to last so many days from then on is not over at the same moment of that day.
  walker.entered = moment + 1;
  walker.dueTick = null;
  walker.wasLeftAlone = walker.undisturbedSince !== null;
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

/** Who has had an email goes before who has not: room is kept for the next one, too. */
const isFirst = ({ mails }: Walker) => mails.length === 0;

type Choice = { due: readonly Walker[]; picked: readonly Walker[]; left: number; spared: number };

/** No more than the day allows; of one step who came first; and no room left unused but what is kept for those to come. */
function judgeChoice({ due, picked, left, spared }: Choice): string[] {
  const breaches: string[] = [];
  const refused = picked.filter(({ person }) => person.refuses).length;
  if (picked.length - refused > left) breaches.push(`${picked.length} emails where ${left} were left`);
  if (picked.length < left - spared) breaches.push(`${picked.length} emails though ${left} were left`);
  if (due.length <= left && due.some((one) => !isFirst(one) && !picked.includes(one)))
    breaches.push("a follow-up waited though there was room");
  const inRow = due.filter(({ wasLeftAlone }) => !wasLeftAlone);
  for (const some of Map.groupBy(inRow, ({ at }) => at?.id).values()) {
    const passedOver = some.filter((walker) => !picked.includes(walker));
    const last = Math.max(...some.filter((one) => picked.includes(one)).map(({ dueTick }) => dueTick ?? 0));
    if (passedOver.some(({ dueTick }) => (dueTick ?? 0) < last)) breaches.push("somebody was overtaken");
  }
  return breaches;
}

function countLater(walkers: readonly Walker[], now: Now, from: number): number {
  const to = endOfDay(now.world.zone, from);
  return walkers.filter((walker) => comesLater(walker, now, from, to)).length;
}

/**
 * Whose next email falls due later on this day, by a wait that leads to it: room is kept for them, unless they were left
 * alone already when it began.
 */
function comesLater(walker: Walker, now: Now, from: number, to: number): boolean {
  const { at, end, undisturbedSince: since } = walker;
  const { zone } = now.world;
  if (since !== null && !isSameDay(zone, since, from)) return false;
  if (end !== "active" || at?.type !== "wait" || isFirst(walker) || at.next === null) return false;
  if (now.byId.get(at.next)?.type !== "email") return false;
  const over = endOfWait(walker, at, now);
  return over > from && over <= to;
}

const endOfWait = (walker: Walker, { wait }: Extract<PlainStep, { type: "wait" }>, now: Now): number =>
  endOf("weekday" in wait ? zoneOf(walker, now) : now.world.zone, walker.entered, wait);
