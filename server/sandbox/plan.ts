import type { robotActs } from "#db/schema/sandbox";
import type { RobotSettings } from "./schema.ts";

/** What the robot is going to do with a mail, and how many seconds after it came in. */
export type PlannedAct = { messageId: string; act: (typeof robotActs)[number]; seconds: number };

/** Names whose readers always do the same, as the test addresses of mail services do: `bounce@…`, `ooto@…`, `reply@…`. */
const named: Record<string, PlannedAct["act"]> = { bounce: "bounce", ooto: "auto_reply", reply: "reply" };

/** What the reader of an address always does; null for everybody else's. */
export function namedAct(address: string): PlannedAct["act"] | null {
  const name = /^([a-z]+)(\+[^@]*)?@/i.exec(address)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(named, name) ? (named[name] ?? null) : null;
}

/**
 * Decides what a reader does with one mail. Whoever clicks, replies or unsubscribes has opened it before; some seconds lie
 * between, since a scanner is known by having none. `chance` gives numbers from 0 up to 1.
 */
export function planActs(
  { id: messageId, to }: { id: string; to: string },
  settings: RobotSettings,
  chance: () => number = Math.random,
): PlannedAct[] {
  const always = namedAct(to);
  if (always) return [{ messageId, act: always, seconds: 1 }];
  if (!settings.robotOn) return [];
  const { delaySecondsMin, delaySecondsMax } = settings;
  const openedAfter = delaySecondsMin + chance() * (delaySecondsMax - delaySecondsMin);
  // Servers answer sooner than people, and what they send back nobody reads.
  const soon = Math.min(openedAfter, 2 + chance() * 8);
  if (chance() < settings.bounceRate) return [{ messageId, act: "bounce", seconds: soon }];
  const automatic: PlannedAct[] =
    chance() < settings.autoReplyRate ? [{ messageId, act: "auto_reply", seconds: soon }] : [];
  const replies = chance() < settings.replyRate;
  const clicks = chance() < settings.clickRate;
  const unsubscribes = chance() < settings.unsubscribeRate;
  const opens = replies || clicks || unsubscribes || chance() < settings.openRate;
  if (!opens) return automatic;
  const clickedAfter = openedAfter + 3 + chance() * 20;
  const acts: PlannedAct[] = [...automatic, { messageId, act: "open", seconds: openedAfter }];
  if (clicks) acts.push({ messageId, act: "click", seconds: clickedAfter });
  if (replies) acts.push({ messageId, act: "reply", seconds: clickedAfter + 20 + chance() * 40 });
  if (unsubscribes) acts.push({ messageId, act: "unsubscribe", seconds: clickedAfter + 3 + chance() * 20 });
  return acts;
}
