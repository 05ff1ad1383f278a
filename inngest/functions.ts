import type { InngestFunction } from "inngest";
import { expireExportsHourly } from "./functions/expire-exports.ts";
import { checkDomains } from "./functions/check-domains.ts";
import { editContacts } from "./functions/edit-contacts.ts";
import { enrollArrivals } from "./functions/enroll-arrivals.ts";
import { exportContacts } from "./functions/export-contacts.ts";
import { importContacts } from "./functions/import-contacts.ts";
import { mailNotificationsEveryMinute } from "./functions/mail-notifications.ts";
import { readMailbox } from "./functions/read-mailbox.ts";
import { recalculateScores } from "./functions/recalculate-scores.ts";
import { recalculateSegments } from "./functions/recalculate-segments.ts";
import { expireImportsHourly } from "./functions/expire-imports.ts";
import { expireMailBodies } from "./functions/expire-mail-bodies.ts";
import { fetchImportFile } from "./functions/fetch-import.ts";
import { findImportSchedules, runImportSchedule } from "./functions/run-import-schedules.ts";
import { purgeDeletedCampaigns } from "./functions/purge-campaigns.ts";
import { refreshAnalytics } from "./functions/refresh-analytics.ts";
import { undoImport } from "./functions/undo-import.ts";
import { removeOrphansNightly } from "./functions/remove-orphans.ts";
import { launchScheduledCampaign } from "./functions/launch-scheduled-campaign.ts";
import { runActionStep } from "./functions/run-action-step.ts";
import { runCampaign } from "./functions/run-campaign.ts";
import { runConditionStep } from "./functions/run-condition-step.ts";
import { runEmailStep } from "./functions/run-email-step.ts";
import { runWaitStep } from "./functions/run-wait-step.ts";
import { sendFromMailbox } from "./functions/send-from-mailbox.ts";
import { writeDrafts } from "./functions/write-drafts.ts";
import { sweep } from "./functions/sweep.ts";

/** Every function of the product, in the order of the dashboard. Whoever serves functions serves these. */
export const functions: InngestFunction.Like[] = [
  launchScheduledCampaign,
  runCampaign,
  enrollArrivals,
  runEmailStep,
  runWaitStep,
  runConditionStep,
  runActionStep,
  sendFromMailbox,
  writeDrafts,
  readMailbox,
  fetchImportFile,
  importContacts,
  undoImport,
  findImportSchedules,
  runImportSchedule,
  exportContacts,
  editContacts,
  recalculateSegments,
  recalculateScores,
  sweep,
  checkDomains,
  mailNotificationsEveryMinute,
  expireExportsHourly,
  removeOrphansNightly,
  expireImportsHourly,
  expireMailBodies,
  purgeDeletedCampaigns,
  refreshAnalytics,
];
