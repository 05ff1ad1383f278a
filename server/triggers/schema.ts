import { z } from "zod";

/** What can bring a contact into a triggered campaign. */
export const triggerTypes = [
  "segment_entered",
  "tag_added",
  "field_changed",
  "event",
  "link_clicked",
  "manual",
] as const;
export type TriggerType = (typeof triggerTypes)[number];
export const triggersMax = 10;

/** The name of an event as a workspace's own systems send it, such as order.placed. */
export const eventName = z
  .string()
  .trim()
  .toLowerCase()
  .max(80, "Keep the name of the event under 80 characters.")
  .regex(/^([a-z0-9]([a-z0-9_.:-]*[a-z0-9])?)?$/, "Use letters, digits and . _ - : such as order.placed.");

const reference = z.union([z.literal(""), z.uuid()]);

/** What several kinds of listening share; empty text is an unfinished draft, which the launch refuses. */
export const listening = {
  segment_entered: z.object({ type: z.literal("segment_entered"), segmentId: reference }),
  tag_added: z.object({
    type: z.literal("tag_added"),
    tag: z.string().trim().toLowerCase().max(60, "Keep the tag under 60 characters."),
  }),
  field_changed: z.object({
    type: z.literal("field_changed"),
    /** A contact column in snake_case, or `custom.<name>`. */
    field: z
      .string()
      .trim()
      .regex(/^((custom\.)?[a-z][a-z0-9_]{0,62})?$/, "Choose a field."),
    /** Empty means any other value. */
    value: z.string().trim().max(200, "Keep the value under 200 characters."),
  }),
  event: z.object({ type: z.literal("event"), name: eventName }),
  link_clicked: z.object({
    type: z.literal("link_clicked"),
    campaignId: reference,
    urlContains: z.string().trim().toLowerCase().max(200, "Keep the part of the link under 200 characters."),
  }),
};

/** `campaignId` empty means links of any other campaign. */
export const trigger = z.discriminatedUnion("type", [
  listening.segment_entered,
  listening.tag_added,
  listening.field_changed,
  listening.event,
  listening.link_clicked,
  z.object({ type: z.literal("manual") }),
]);
export type Trigger = z.infer<typeof trigger>;

export const triggerList = z
  .array(trigger)
  .max(triggersMax, `A campaign can listen to ${triggersMax} things at most.`);

/** What a trigger holds before anybody has filled it in. */
export const blankTriggers: { [Type in TriggerType]: Extract<Trigger, { type: Type }> } = {
  segment_entered: { type: "segment_entered", segmentId: "" },
  tag_added: { type: "tag_added", tag: "" },
  field_changed: { type: "field_changed", field: "", value: "" },
  event: { type: "event", name: "" },
  link_clicked: { type: "link_clicked", campaignId: "", urlContains: "" },
  manual: { type: "manual" },
};
