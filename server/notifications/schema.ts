import { z } from "zod";

/** What somebody is told about. */
export const notificationTypes = [
  "campaign.launched",
  "campaign.not_launched",
  "campaign.paused",
  "campaign.approval_requested",
  "campaign.approval_given",
  "campaign.approval_rejected",
  "drafts.waiting",
  "campaign.test_decided",
  "campaign.replied",
  "campaign.complained",
  "campaign.step_reached",
  "task.assigned",
  "template.commented",
  "template.approval_requested",
  "template.approval_given",
  "template.approval_rejected",
  "mailbox.cooling_down",
  "mailbox.failed",
  "pool.continued",
  "domain.failed",
  "domain.listed",
  "domain.unlisted",
  "domain.listing_lapsed",
  "import.completed",
  "import.failed",
  "import.undone",
  "import_schedule.failed",
  "import_schedule.missed",
  "export.completed",
  "export.failed",
] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** `upTo`: the newest notification that was on the screen; what came after it stays unread. */
export const readNotificationsInput = z.object({ upTo: z.uuid() });
