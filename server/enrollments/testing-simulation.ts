import { DateTime } from "luxon";

/*
 * What a campaign should do to one person, reckoned plainly and one by one, with another library's idea of time than the
 * product's. Nothing of the engine is used here.
 */

/** What people do, at the beginning of a tick. */
export type Act =
  | { tick: number; kind: "pause" }
  | { tick: number; kind: "resume" }
  | { tick: number; kind: "shorten"; step: string; days: number }
  | { tick: number; kind: "open" | "reply" | "unsubscribe"; email: string };

type Wait =
  { hours: number } | { days: number } | { businessDays: number } | { weekday: number; hour: number };
export type PlainStep =
  | { id: string; type: "email"; subject: string; next: string | null }
  | { id: string; type: "wait"; wait: Wait; next: string | null }
  | { id: string; type: "opened" | "in city"; city?: string; yes: string | null; no: string | null }
  | { id: string; type: "action"; next: string | null };

export type Person = { email: string; city: string; refuses: boolean };
/** `ticks` are the moments at which the world moves, in epoch ms. */
export type World = {
  zone: string;
  steps: readonly PlainStep[];
  ticks: readonly number[];
  acts: readonly Act[];
};
export type Story = { sent: { subject: string; tick: number }[]; end: string };

/** The emails somebody should get, at which tick, and how their way ends. */
export function tellStory({ zone, steps, ticks, acts }: World, person: Person): Story {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const story: Story = { sent: [], end: "active" };
  let step = steps[0] ?? null;
  let entered = ticks[0] ?? 0;
  let opened = false;
  let active = true;
  const shortened = new Map<string, number>();
  for (const [tick, now] of ticks.entries()) {
    for (const act of acts.filter((one) => one.tick === tick)) {
      if (act.kind === "pause") active = false;
      else if (act.kind === "resume") active = true;
      else if (act.kind === "shorten") shortened.set(act.step, act.days);
      else if (act.email === person.email) {
        if (act.kind === "open") opened = true;
        else if (story.end === "active") story.end = act.kind === "reply" ? "replied" : "unsubscribed";
      }
    }
    while (active && story.end === "active" && step) {
      const current: PlainStep = step;
      let next: string | null;
      if (current.type === "email") {
        if (!isOpen(zone, now)) break;
        if (person.refuses) {
          story.end = "bounced";
          break;
        }
        story.sent.push({ subject: current.subject, tick });
        opened = false;
        ({ next } = current);
      } else if (current.type === "wait") {
        const days = shortened.get(current.id);
        if (endOf(zone, entered, days === undefined ? current.wait : { days }) > now) break;
        ({ next } = current);
      } else if (current.type === "action") ({ next } = current);
      else {
        const yes = current.type === "opened" ? opened : person.city === current.city;
        next = yes ? current.yes : current.no;
      }
      step = next === null ? null : (byId.get(next) ?? null);
      // Work takes a moment: what is to last so many days from then on is not over at the same moment of that day.
      entered = now + 1;
      if (!step) story.end = "completed";
    }
  }
  return story;
}

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
