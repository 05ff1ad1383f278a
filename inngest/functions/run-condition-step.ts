import { decideCondition } from "#server/enrollments/condition-step";
import { moveSize } from "#server/enrollments/run";
import { stepFunction } from "./step-run.ts";

export const runConditionStep = stepFunction({
  id: "run-condition-step",
  name: "Condition step",
  stepType: "condition",
  acts: "decide",
  work: decideCondition,
  size: moveSize,
});
