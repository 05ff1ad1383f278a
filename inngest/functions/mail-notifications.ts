import { inngest } from "#inngest/client";
import { mailNotifications } from "#server/notifications/mails";

/** Sends what people are told by mail. What piles up within the minute for one person and step is one mail. */
export const mailNotificationsEveryMinute = inngest.createFunction(
  {
    id: "mail-notifications",
    name: "Mail notifications",
    triggers: [{ cron: "* * * * *" }],
    singleton: { mode: "skip" },
    retries: 0,
  },
  async ({ step }) => ({ sent: await step.run("send-mails", mailNotifications) }),
);
