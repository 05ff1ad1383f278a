import { inngest } from "#inngest/client";
import { expireExports } from "#server/exports/expire";

/** Removes the files of exports that are older than their link may be. */
export const expireExportsHourly = inngest.createFunction(
  {
    id: "expire-exports",
    name: "Expire exports",
    triggers: [{ cron: "17 * * * *" }],
    singleton: { mode: "skip" },
  },
  async ({ step }) => ({ expired: await step.run("remove-files", expireExports) }),
);
