import { inngest } from "#inngest/client";
import { removeOrphans } from "#server/orphans";

/** Removes files in storage that no import or export knows of any more. */
export const removeOrphansNightly = inngest.createFunction(
  {
    id: "remove-orphans",
    name: "Remove orphaned files",
    triggers: [{ cron: "41 3 * * *" }],
    singleton: { mode: "skip" },
  },
  async ({ step }) => ({ removed: await step.run("remove-files", () => removeOrphans()) }),
);
