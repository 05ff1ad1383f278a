import { z } from "zod";
import { blankTriggers, listening } from "../triggers/schema.ts";

/** What can be the reaching of a goal. A link is one in the campaign's own mail. */
export const goalTypes = [
  "event",
  "link_clicked",
  "replied",
  "field_changed",
  "tag_added",
  "segment_entered",
] as const;
export type GoalType = (typeof goalTypes)[number];

export const goalEvent = z.discriminatedUnion("type", [
  listening.event,
  listening.link_clicked,
  z.object({ type: z.literal("replied") }),
  listening.field_changed,
  listening.tag_added,
  listening.segment_entered,
]);
export type GoalEvent = z.infer<typeof goalEvent>;

export const goalActions = ["exit", "stay", "move"] as const;
export const goalsMax = 5;

/** Empty text and an empty target are an unfinished draft: the launch refuses them. */
export const goal = z.object({
  name: z.string().trim().max(80, "Keep the name under 80 characters."),
  event: goalEvent,
  /** What becomes of who reaches it: they leave, go on, or go to the door of `targetId`. */
  action: z.enum(goalActions),
  targetId: z.union([z.literal(""), z.uuid()]),
  attributionDays: z.coerce
    .number({ error: "Enter a number of days." })
    .int("Enter whole days.")
    .min(1, "An email counts for at least 1 day.")
    .max(365, "An email counts for 365 days at most."),
});
export type Goal = z.infer<typeof goal>;

/** `id`: the goal that this one is, while its campaign runs; without one it is new. */
export const goalEdit = goal.extend({ id: z.uuid().optional() });
export type GoalEdit = z.infer<typeof goalEdit>;

export const goalList = z.array(goalEdit).max(goalsMax, `A campaign can have ${goalsMax} goals at most.`);

/** What a goal listens to before anybody has filled it in. */
export const blankGoalEvents: { [Type in GoalType]: Extract<GoalEvent, { type: Type }> } = {
  event: blankTriggers.event,
  link_clicked: blankTriggers.link_clicked,
  replied: { type: "replied" },
  field_changed: blankTriggers.field_changed,
  tag_added: blankTriggers.tag_added,
  segment_entered: blankTriggers.segment_entered,
};
