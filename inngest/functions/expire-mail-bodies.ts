import { inngest } from "#inngest/client";
import { expireBodies } from "#server/replies/retention";

/** Removes the texts of received mails that are past the months for which their organization keeps them. */
export const expireMailBodies = inngest.createFunction(
  {
    id: "expire-mail-bodies",
    name: "Expire mail bodies",
    triggers: [{ cron: "12 3 * * *" }],
    singleton: { mode: "skip" },
  },
  async ({ step }) => ({ removed: await step.run("remove-bodies", expireBodies) }),
);
