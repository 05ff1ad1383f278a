import { z } from "zod";
import { ruleTree, type RuleTree } from "../segments/schema.ts";

/** A lead score is 0 to 100: what somebody did, how well they fit, what they are about to do, less what speaks against it. */

export const scoreTiers = ["cold", "nurture", "mql", "sql"] as const;
export type ScoreTier = (typeof scoreTiers)[number];

export const scoreCategories = ["engagement", "fit", "intent", "penalty"] as const;
export type ScoreCategory = (typeof scoreCategories)[number];
/** The most that the rules of a category can add together; penalties only take away. */
export const categoryMax: Record<Exclude<ScoreCategory, "penalty">, number> = {
  engagement: 40,
  fit: 40,
  intent: 20,
};

export const scoredEvents = ["opened", "clicked", "replied", "soft_bounced", "noted"] as const;
export type ScoredEvent = (typeof scoredEvents)[number];
/** Events count for this long. */
export const countedDays = 365;
export const scoreRulesMax = 50;

const name = z.string().trim().min(1, "Give the rule a name.").max(80, "Keep the name under 80 characters.");
const points = z
  .number({ error: "Type a whole number of points." })
  .int("Points are whole numbers.")
  .min(-100, "A rule takes 100 points away at most.")
  .max(100, "A rule adds 100 points at most.");
const category = z.enum(scoreCategories);

/** Points for each time that something happened. */
const eventRule = z.strictObject({
  kind: z.literal("event"),
  name,
  category,
  event: z.enum(scoredEvents),
  /** Of `noted`: the event on the contact's timeline, such as `demo.requested`. */
  type: z
    .string()
    .trim()
    .regex(/^[a-z_]+\.[a-z_]+$/, "Write it as on the timeline, such as demo.requested.")
    .max(80)
    .optional(),
  /** Of `clicked`: parts of an address of which it must hold one. */
  urlContains: z.array(z.string().trim().min(1).max(200)).max(20).optional(),
  points,
  /** So many count on one day. */
  perDayMax: z.number().int().min(1).max(100).optional(),
  /** Again within so many days, it counts so much more. */
  repeat: z
    .strictObject({ factor: z.number().min(1).max(10), days: z.number().int().min(1).max(365) })
    .optional(),
});

/** Points for whom rules fit, or a score of 0 for them, whatever else speaks for them. */
const matchRule = z.strictObject({
  kind: z.literal("match"),
  name,
  category,
  rules: ruleTree,
  points: z.union([points, z.literal("zero")]),
});

const scoreRule = z
  .discriminatedUnion("kind", [eventRule, matchRule])
  .refine((rule) => rule.kind !== "event" || rule.event !== "noted" || rule.type !== undefined, {
    path: ["type"],
    error: "Name the event on the timeline, such as demo.requested.",
  });
export type ScoreRule = z.infer<typeof scoreRule>;

const threshold = z
  .number({ error: "Type a whole number." })
  .int("Scores are whole numbers.")
  .min(1, "Scores go from 0 to 100.")
  .max(100, "Scores go from 0 to 100.");
const tiers = z
  .strictObject({ nurture: threshold, mql: threshold, sql: threshold })
  .refine((from) => from.nurture < from.mql && from.mql < from.sql, {
    path: ["mql"],
    error: "Each tier must begin above the one before it.",
  });
/** From which score on each tier goes; below the first is cold. */
export type TierStarts = z.infer<typeof tiers>;

/** A tier is left only so far below its beginning: a score that wavers about it does not go to and fro. */
export const hysteresis = 3;

export const scoringRules = z.strictObject({
  version: z.literal(1),
  rules: z.array(scoreRule).max(scoreRulesMax, `A score can hold ${scoreRulesMax} rules.`),
  tiers,
});
export type ScoringRules = z.infer<typeof scoringRules>;

/** `seen` is when the model on the screen was last changed: a change in between is refused. */
export const scoringInput = z.object({
  scoring: scoringRules,
  decayEnabled: z.boolean(),
  /** Percent of the engagement that goes with every interval in which nothing happened. */
  decayRate: z.number().int().min(1, "From 1 to 100.").max(100, "From 1 to 100."),
  decayIntervalDays: z.number().int().min(1, "From 1 to 365.").max(365, "From 1 to 365."),
  isActive: z.boolean(),
  seen: z.date().optional(),
});
export type ScoringInput = z.infer<typeof scoringInput>;

export const scoreRef = z.object({ contactId: z.uuid() });
export const overrideInput = z.object({
  contactId: z.uuid(),
  /** Null takes it back. */
  total: z
    .number({ error: "Type a score from 0 to 100." })
    .int("Scores are whole numbers.")
    .min(0, "Scores go from 0 to 100.")
    .max(100, "Scores go from 0 to 100.")
    .nullable(),
  days: z.number().int().min(1, "From 1 to 365.").max(365, "From 1 to 365.").default(30),
});
export type OverrideInput = z.infer<typeof overrideInput>;

const all = (field: string, operator: "equals" | "more_than_ago", value: string | number): RuleTree => ({
  version: 1,
  match: "all",
  rules: [
    operator === "more_than_ago"
      ? { field, operator, value: { amount: Number(value), unit: "days" } }
      : { field, operator, value },
  ],
});
const titled = (...words: string[]): RuleTree => ({
  version: 1,
  match: "any",
  rules: words.map((value) => ({ field: "job_title", operator: "contains" as const, value })),
});

/** What a workspace begins with. */
export const defaultScoring: ScoringRules = {
  version: 1,
  tiers: { nurture: 26, mql: 51, sql: 76 },
  rules: [
    {
      kind: "event",
      name: "Opened an email",
      category: "engagement",
      event: "opened",
      points: 5,
      perDayMax: 3,
    },
    {
      ...{ kind: "event", name: "Clicked a link", category: "engagement", event: "clicked", points: 10 },
      repeat: { factor: 1.5, days: 30 },
    },
    { kind: "event", name: "Replied", category: "engagement", event: "replied", points: 15 },
    {
      ...{ kind: "event", name: "Forwarded an email", category: "engagement", points: 12 },
      ...{ event: "noted", type: "email.forwarded" },
    },
    {
      ...{ kind: "event", name: "Downloaded something", category: "engagement", points: 15 },
      ...{ event: "noted", type: "content.downloaded" },
    },
    {
      kind: "match",
      name: "Decides: chief, founder, owner",
      category: "fit",
      rules: titled("chief", "ceo", "cto", "cfo", "founder", "owner"),
      points: 25,
    },
    {
      kind: "match",
      name: "Leads: director, head, vice president",
      category: "fit",
      rules: titled("director", "head of", "vice president", "vp "),
      points: 15,
    },
    { kind: "match", name: "Manages", category: "fit", rules: titled("manager", "lead"), points: 8 },
    {
      ...{ kind: "event", name: "Looked at prices or a demo", category: "intent", event: "clicked" },
      ...{ urlContains: ["/pricing", "/demo"], points: 25 },
    },
    {
      ...{ kind: "event", name: "Started a trial", category: "intent", points: 50 },
      ...{ event: "noted", type: "trial.started" },
    },
    {
      ...{ kind: "event", name: "Asked for a demo", category: "intent", points: 60 },
      ...{ event: "noted", type: "demo.requested" },
    },
    { kind: "event", name: "Soft bounce", category: "penalty", event: "soft_bounced", points: -5 },
    {
      kind: "match",
      name: "Bounced for good",
      category: "penalty",
      rules: all("status", "equals", "bounced"),
      points: "zero",
    },
    {
      kind: "match",
      name: "Unsubscribed",
      category: "penalty",
      rules: all("status", "equals", "unsubscribed"),
      points: "zero",
    },
    {
      kind: "match",
      name: "Complained",
      category: "penalty",
      rules: all("status", "equals", "complained"),
      points: -50,
    },
    {
      kind: "match",
      name: "Silent for 90 days",
      category: "penalty",
      rules: all("last_activity_at", "more_than_ago", 90),
      points: -30,
    },
    {
      kind: "match",
      name: "Silent for 180 days",
      category: "penalty",
      rules: all("last_activity_at", "more_than_ago", 180),
      points: -20,
    },
  ] satisfies ScoreRule[],
};
