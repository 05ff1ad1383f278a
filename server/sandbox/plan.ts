import type { robotActs } from "#db/schema/sandbox";
import type { RobotSettings } from "./schema.ts";

/** What the robot is going to do with a mail, and how many seconds after it came in. */
export type PlannedAct = { messageId: string; act: (typeof robotActs)[number]; seconds: number };

/**
 * Decides what a reader does with one mail. Whoever clicks or unsubscribes has opened it before; some seconds lie
 * between, since a scanner is known by having none. `chance` gives numbers from 0 up to 1.
 */
export function planActs(
  messageId: string,
  settings: RobotSettings,
  chance: () => number = Math.random,
): PlannedAct[] {
  if (!settings.robotOn) return [];
  const clicks = chance() < settings.clickRate;
  const unsubscribes = chance() < settings.unsubscribeRate;
  const opens = clicks || unsubscribes || chance() < settings.openRate;
  if (!opens) return [];
  const { delaySecondsMin, delaySecondsMax } = settings;
  const openedAfter = delaySecondsMin + chance() * (delaySecondsMax - delaySecondsMin);
  const clickedAfter = openedAfter + 3 + chance() * 20;
  const acts: PlannedAct[] = [{ messageId, act: "open", seconds: openedAfter }];
  if (clicks) acts.push({ messageId, act: "click", seconds: clickedAfter });
  if (unsubscribes) acts.push({ messageId, act: "unsubscribe", seconds: clickedAfter + 3 + chance() * 20 });
  return acts;
}
