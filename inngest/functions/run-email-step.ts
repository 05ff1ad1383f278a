import { driveEmailStep } from "#server/ab-tests/email-step";
import { stepFunction } from "./step-run.ts";

export const runEmailStep = stepFunction({
  id: "run-email-step",
  name: "Email step",
  stepType: "email",
  acts: "queue-messages",
  work: driveEmailStep,
});
