import { decideCondition } from "#server/enrollments/condition-step";
import { stepFunction } from "./step-run.ts";

export const runConditionStep = stepFunction({
  id: "run-condition-step",
  name: "Condition step",
  stepType: "condition",
  acts: "decide",
  work: decideCondition,
  moves: true,
});
