import { releaseWaits } from "#server/enrollments/wait-step";
import { stepFunction } from "./step-run.ts";

export const runWaitStep = stepFunction({
  id: "run-wait-step",
  name: "Wait step",
  stepType: "wait",
  acts: "release",
  work: releaseWaits,
  moves: true,
});
