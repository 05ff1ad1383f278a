import { performActions } from "#server/enrollments/action-step";
import { stepFunction } from "./step-run.ts";

export const runActionStep = stepFunction({
  id: "run-action-step",
  name: "Action step",
  stepType: "action",
  acts: "act",
  work: performActions,
});
