import { verdictOf } from "#server/messages/outcomes";
import { anybody, noRecipientLimits } from "#server/planner/persons";
import { type Course, horizonMs, plan, refillMs } from "#server/planner/plan";
import { fraction, type Slot } from "#server/planner/slots";
import { type Window, weekdays } from "#server/planner/window";
import { planMoves } from "./advance.ts";
import type { Edge, EngineStep, StepGraph } from "./steps.ts";

/*
 * The engine without a database, a network or a clock: the same reckoning of slots, verdicts, waits and ways on that
 * the durable steps do, over rows in memory. Whatever happens is decided by a seed.
 */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

type Try = { at: number; outcome: "sent" | "deferred" | "failed" | "unknown" | "not_sent" };
export type Message = {
  key: string;
  slot: Slot | null;
  /** When to give it a slot; when the fate that nobody knows is taken for sent. */
  wantsAt: number;
  state: "queued" | "sent" | "unknown" | "bounced" | "failed";
  attempts: number;
  firstAt: number;
  tries: Try[];
  /** Every slot it had; `used` when it was claimed. */
  slots: { slot: Slot; used: boolean }[];
};
export type Standing = {
  id: string;
  step: EngineStep | null;
  dueAt: number;
  message: Message | null;
  end: "completed" | "bounced" | "failed" | null;
  visited: { step: string; at: number }[];
};
export type Simulation = {
  seed: number;
  graph: StepGraph;
  window: Window;
  dailyLimit: number;
  hourlyLimit: number | null;
  delayMs: number;
  people: Standing[];
  messages: Message[];
  /** When those without a slot are looked at again. */
  looksAt: number;
  rounds: number;
};

export const number = (seed: number, what: string, least: number, most: number) =>
  least + Math.floor(fraction(`${seed}:${what}`) * (most - least + 1));

function stepsOf(seed: number): EngineStep[] {
  const count = number(seed, "steps", 2, 7);
  const waits = [
    { value: number(seed, "minutes", 1, 300), unit: "minutes" },
    { value: number(seed, "days", 1, 4), unit: "days" },
    { value: number(seed, "business", 1, 3), unit: "business_days" },
    { until: "time", time: "08:30" },
  ] as const;
  return Array.from({ length: count }, (_, n): EngineStep => {
    const kinds = n === 0 ? (["email"] as const) : (["email", "wait", "condition", "action"] as const);
    const type = kinds[number(seed, `type ${n}`, 0, kinds.length - 1)] ?? "email";
    const onward = (name: string) => {
      const to = number(seed, `${name} ${n}`, n + 1, Math.min(count, n + 3));
      return to < count ? String(to) : null;
    };
    const fork = type === "condition";
    return {
      id: String(n),
      order: n + 1,
      type,
      edges: {
        next: fork ? null : n + 1 < count ? String(n + 1) : null,
        true: fork ? onward("true") : null,
        false: fork ? onward("false") : null,
        timeout: null,
        back: null,
      },
      wait: type === "wait" ? (waits[number(seed, `wait ${n}`, 0, waits.length - 1)] ?? null) : null,
      rules: null,
      waitUpTo: null,
      action: null,
      active: true,
      written: type === "email",
      review: null,
      reviewed: false,
      sendTime: null,
      retimedUpTo: null,
    };
  });
}

export function begin(seed: number, zone: string, from: number): Simulation {
  const steps = stepsOf(seed);
  const time = (minutes: number) => new Date((minutes % 1440) * minute).toISOString().slice(11, 16);
  const opens = number(seed, "opens", 0, 1439);
  const days = weekdays.filter((_, n) => number(seed, `day ${n}`, 0, 3) > 0);
  const entry = steps[0] ?? null;
  return {
    seed,
    graph: {
      campaignId: `campaign ${seed}`,
      zone,
      personal: false,
      ownWindow: false,
      entry,
      steps: new Map(steps.map((step) => [step.id, step])),
    },
    window: {
      start: time(opens),
      end: time(opens + number(seed, "open for", 60, 900)),
      days: days.length > 0 ? days : weekdays,
      zone,
    },
    dailyLimit: number(seed, "limit", 2, 12),
    hourlyLimit: number(seed, "hourly", 0, 1) === 0 ? null : number(seed, "per hour", 1, 5),
    delayMs: number(seed, "delay", 0, 20) * minute,
    people: Array.from({ length: number(seed, "people", 1, 15) }, (_, n) => ({
      id: String(n).padStart(3, "0"),
      step: entry,
      dueAt: from,
      message: null,
      end: null,
      visited: [],
    })),
    messages: [],
    looksAt: from,
    rounds: 0,
  };
}

/** What the limits have taken, counted from the messages as the database would be asked. */
function courseOf({ seed, graph, window, dailyLimit, hourlyLimit, delayMs, messages }: Simulation): Course {
  const held = messages
    .flatMap((message) => message.slots.filter(({ slot, used }) => used || slot === message.slot))
    .map(({ slot }) => slot)
    .sort((a, b) => a.at - b.at);
  const days = new Map<string, number>();
  for (const slot of held) days.set(slot.day, (days.get(slot.day) ?? 0) + 1);
  const lastAt = held.at(-1)?.at ?? null;
  return {
    strategy: "round_robin",
    continues: false,
    campaign: {
      window,
      zone: graph.zone,
      dailyLimit,
      delayMs,
      jitter: 0.2,
      seed: String(seed),
      days,
    },
    mailboxes: [
      {
        id: "ana",
        zone: "UTC",
        minDelayMs: 0,
        lastAt,
        lastOwnAt: lastAt,
        weight: 1,
        restsUntil: null,
        takesNew: true,
        provider: "smtp",
        domain: "acme.test",
        caps: [
          { of: "mailbox", dailyLimit: null, hourlyLimit, days: new Map(), recent: held.map(({ at }) => at) },
        ],
      },
    ],
    recipients: noRecipientLimits(),
  };
}

function moveOn(simulation: Simulation, person: Standing, edge: Edge, at: number): void {
  if (!person.step) return;
  const moves = [{ enrollmentId: person.id, outcome: "moved", edge, at }];
  const [place] = planMoves(simulation.graph, person.step, moves).places;
  person.message = null;
  person.step = place?.target ?? null;
  person.dueAt = place?.due?.at ?? at;
  if (person.step) person.visited.push({ step: person.step.id, at: person.dueAt });
  else person.end = "completed";
}

/** Gives slots to whoever stands at an email step and wants one. */
function giveSlots(simulation: Simulation, now: number): void {
  for (const person of simulation.people) {
    if (person.end || person.step?.type !== "email" || person.dueAt > now || person.message) continue;
    const key = `${person.id}:${person.step.id}`;
    person.message = {
      key,
      slot: null,
      wantsAt: now,
      state: "queued",
      attempts: 0,
      firstAt: 0,
      tries: [],
      slots: [],
    };
    simulation.messages.push(person.message);
  }
  if (now < simulation.looksAt && !simulation.people.some(({ message }) => message?.wantsAt === now)) return;
  const waiting = simulation.people.flatMap(({ message }) =>
    message?.state === "queued" && message.slot === null && message.wantsAt <= now ? [message] : [],
  );
  const people = waiting.map((message) => ({ ...anybody, id: message.key, dueAt: message.wantsAt }));
  const { given, next } = plan(courseOf(simulation), people, { from: now, until: now + horizonMs });
  for (const { person, slot } of given) {
    const message = waiting.find(({ key }) => key === person.id);
    if (!message) continue;
    message.slot = slot;
    message.slots.push({ slot, used: false });
  }
  simulation.looksAt = Math.max(now + 1_000, (next?.at ?? now) - refillMs);
}

const outcomes: [below: number, Try["outcome"]][] = [
  [0.06, "deferred"],
  [0.1, "not_sent"],
  [0.12, "failed"],
  [0.15, "unknown"],
  [1, "sent"],
];

function claim(simulation: Simulation, person: Standing, now: number): void {
  const { message } = person;
  if (message?.state !== "queued" || message.slot === null || message.slot.at > now) return;
  const { slot } = message;
  message.slot = null;
  // The sender came too late: the window has shut, or another day has begun.
  if (slot.sendBefore <= now) {
    message.wantsAt = now;
    return;
  }
  message.attempts += 1;
  message.firstAt ||= now;
  const chance = fraction(`${simulation.seed}:${message.key}:${message.attempts}`);
  const outcome = outcomes.find(([below]) => chance < below)?.[1] ?? "sent";
  const result = { id: message.key, outcome, text: "5.7.1 no" };
  message.tries.push({ at: now, outcome });
  const verdict = verdictOf(result, { attempts: message.attempts, elapsedMs: now - message.firstAt });
  const last = message.slots.at(-1);
  if (last) last.used = verdict.kind === "sent" || verdict.kind === "unknown";
  if (verdict.kind === "again") message.wantsAt = now + verdict.delayMs;
  else message.state = verdict.kind;
  if (verdict.kind === "sent") moveOn(simulation, person, "next", now);
  else if (verdict.kind === "unknown") message.wantsAt = now + day;
  else if (verdict.kind !== "again") person.end = verdict.kind;
}

function act(simulation: Simulation, person: Standing, now: number): void {
  for (; !person.end && person.step && person.step.type !== "email" && person.dueAt <= now;) {
    const yes = fraction(`${simulation.seed}:${person.id}:${person.step.id}:yes`) < 0.5;
    moveOn(simulation, person, person.step.type !== "condition" ? "next" : yes ? "true" : "false", now);
  }
  const { message } = person;
  if (message?.state === "unknown" && message.wantsAt <= now) moveOn(simulation, person, "next", now);
}

function nextMoment(simulation: Simulation, now: number): number {
  const moments = simulation.people.flatMap(({ end, message, dueAt }) => {
    if (end) return [];
    if (!message) return [dueAt];
    if (message.slot) return [message.slot.at];
    return [message.wantsAt > now ? message.wantsAt : simulation.looksAt];
  });
  return Math.max(Math.min(...moments), now + 1_000);
}

const roundsMax = 20_000;

/** Lets a campaign run to its end; now and then nobody is there for hours, and what was due then is late. */
export function run(simulation: Simulation, from: number): Simulation {
  let now = from;
  while (simulation.people.some(({ end }) => end === null) && simulation.rounds < roundsMax) {
    simulation.rounds += 1;
    for (const person of simulation.people) act(simulation, person, now);
    giveSlots(simulation, now);
    for (const person of simulation.people) claim(simulation, person, now);
    const away = fraction(`${simulation.seed}:away:${simulation.rounds}`) < 0.01;
    now =
      nextMoment(simulation, now)
      + (away ? number(simulation.seed, `${simulation.rounds}`, 1, 30) * hour : 0);
  }
  return simulation;
}
