import type { StepValues } from "#db/factories";
import { emailStep } from "./testing.ts";
import type { PlainStep } from "./testing-simulation-steps.ts";

export type At = (n: number) => string;
const email = (at: At, n: number, subject: string, next: number | null = n + 1): [PlainStep, StepValues] => [
  { id: at(n), type: "email", subject, next: next ? at(next) : null },
  emailStep({ id: at(n), subjectLine: subject, nextStepId: next ? at(next) : null }),
];
const wait = (
  at: At,
  n: number,
  plain: Extract<PlainStep, { type: "wait" }>["wait"],
  waitDuration: StepValues["waitDuration"],
): [PlainStep, StepValues] => [
  { id: at(n), type: "wait", wait: plain, next: at(n + 1) },
  { id: at(n), stepType: "wait", waitDuration, nextStepId: at(n + 1) },
];
const action = (at: At, n: number, next: number): [PlainStep, StepValues] => [
  { id: at(n), type: "action", next: at(next) },
  {
    id: at(n),
    stepType: "action",
    actionType: "add_tag",
    actionConfig: { tag: `came by ${n}` },
    nextStepId: at(next),
  },
];
const fork = (at: At, n: number, yes: number, no: number, city?: string): [PlainStep, StepValues] => [
  { id: at(n), type: city ? "in city" : "opened", city, yes: at(yes), no: at(no) },
  {
    id: at(n),
    stepType: "condition",
    conditionRules: {
      version: 1,
      match: "all",
      rules: [
        city
          ? { field: "city", operator: "equals", value: city }
          : { field: "email_opened", operator: "is_true" },
      ],
    },
    nextStepId: null,
    trueNextStepId: at(yes),
    falseNextStepId: at(no),
  },
];
/** It is moved behind the wait that is shortened. */
export const movedEmail = 11;
export const shortenedWait = 14;
export const deletedWait = 19;
export const rewordedEmail = 20;
/** An email is put behind this action. */
export const extendedAction = 13;

/** The same twenty steps with ids of their own; `at` gives that of the nth. */
export function twentySteps(): { at: At; steps: [PlainStep, StepValues][] } {
  const ids = Array.from({ length: 20 }, () => crypto.randomUUID());
  const at: At = (n) => ids[n - 1] ?? "";
  const steps: [PlainStep, StepValues][] = [
    email(at, 1, "One"),
    wait(at, 2, { days: 2 }, { value: 2, unit: "days" }),
    fork(at, 3, 4, 6),
    action(at, 4, 5),
    email(at, 5, "You opened", 8),
    email(at, 6, "Did you see it?"),
    wait(at, 7, { days: 1 }, { value: 1, unit: "days" }),
    wait(at, 8, { businessDays: 3 }, { value: 3, unit: "business_days" }),
    email(at, 9, "Two"),
    wait(at, 10, { weekday: 2, hour: 10 }, { until: "weekday", weekdays: ["tue"], time: "10:00" }),
    email(at, 11, "Three"),
    fork(at, 12, 13, 14, "Berlin"),
    action(at, 13, 14),
    wait(at, shortenedWait, { days: 6 }, { value: 6, unit: "days" }),
    email(at, 15, "Four"),
    wait(at, 16, { hours: 36 }, { value: 36, unit: "hours" }),
    fork(at, 17, 18, 20),
    email(at, 18, "You opened four"),
    wait(at, 19, { days: 7 }, { value: 1, unit: "weeks" }),
    email(at, 20, "Six", null),
  ];
  return { at, steps };
}
