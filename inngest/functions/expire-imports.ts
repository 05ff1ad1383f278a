import { inngest } from "#inngest/client";
import { expireImports } from "#server/imports/expire";

/** Removes files of imports that are past their days, and what ended imports need no more. */
export const expireImportsHourly = inngest.createFunction(
  {
    id: "expire-imports",
    name: "Expire import files",
    triggers: [{ cron: "37 * * * *" }],
    singleton: { mode: "skip" },
  },
  async ({ step }) => ({ expired: await step.run("remove-files", expireImports) }),
);
