import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { abTestsRouter } from "#server/ab-tests/router";
import { accountsRouter } from "#server/accounts/router";
import { analyticsRouter } from "#server/analytics/router";
import { apiKeysRouter } from "#server/api-keys/router";
import { approvalsRouter } from "#server/approvals/router";
import { blackoutDatesRouter } from "#server/blackout-dates/router";
import { campaignTemplatesRouter } from "#server/campaign-templates/router";
import { campaignsRouter } from "#server/campaigns/router";
import { contactEditsRouter } from "#server/contact-edits/router";
import { contactsRouter } from "#server/contacts/router";
import { customFieldsRouter } from "#server/custom-fields/router";
import { domainsRouter } from "#server/domains/router";
import { occurrencesRouter } from "#server/occurrences/router";
import { draftsRouter } from "#server/drafts/router";
import { enrollmentsRouter } from "#server/enrollments/router";
import { exportsRouter } from "#server/exports/router";
import { holidayCalendarsRouter } from "#server/holiday-calendars/router";
import { importsRouter } from "#server/imports/router";
import { invitationsRouter } from "#server/invitations/router";
import { listsRouter } from "#server/lists/router";
import { mailboxesRouter } from "#server/mailboxes/router";
import { membersRouter } from "#server/members/router";
import { notificationsRouter } from "#server/notifications/router";
import { picturesRouter } from "#server/pictures/router";
import { poolsRouter } from "#server/pools/router";
import { repliesRouter } from "#server/replies/router";
import { runsRouter } from "#server/runs/router";
import { scoringRouter } from "#server/scoring/router";
import { segmentsRouter } from "#server/segments/router";
import { sendingLimitsRouter } from "#server/sending-limits/router";
import { suppressionsRouter } from "#server/suppressions/router";
import { tagsRouter } from "#server/tags/router";
import { tasksRouter } from "#server/tasks/router";
import { templateApprovalsRouter } from "#server/template-approvals/router";
import { templateVariablesRouter } from "#server/template-variables/router";
import { templatesRouter } from "#server/templates/router";
import { workspacesRouter } from "#server/workspaces/router";
import { createCallerFactory, router } from "#server/trpc";
import { webhookCallsRouter } from "./webhook-calls/router.ts";

export const appRouter = router({
  abTests: abTestsRouter,
  accounts: accountsRouter,
  analytics: analyticsRouter,
  apiKeys: apiKeysRouter,
  approvals: approvalsRouter,
  blackoutDates: blackoutDatesRouter,
  campaignTemplates: campaignTemplatesRouter,
  campaigns: campaignsRouter,
  contactEdits: contactEditsRouter,
  contacts: contactsRouter,
  customFields: customFieldsRouter,
  domains: domainsRouter,
  occurrences: occurrencesRouter,
  drafts: draftsRouter,
  enrollments: enrollmentsRouter,
  exports: exportsRouter,
  holidayCalendars: holidayCalendarsRouter,
  imports: importsRouter,
  invitations: invitationsRouter,
  lists: listsRouter,
  mailboxes: mailboxesRouter,
  members: membersRouter,
  notifications: notificationsRouter,
  pictures: picturesRouter,
  pools: poolsRouter,
  replies: repliesRouter,
  runs: runsRouter,
  scoring: scoringRouter,
  segments: segmentsRouter,
  sendingLimits: sendingLimitsRouter,
  suppressions: suppressionsRouter,
  tags: tagsRouter,
  tasks: tasksRouter,
  templateApprovals: templateApprovalsRouter,
  templateVariables: templateVariablesRouter,
  templates: templatesRouter,
  workspaces: workspacesRouter,
  webhookCalls: webhookCallsRouter,
});

export const createCaller = createCallerFactory(appRouter);

export type AppRouter = typeof appRouter;
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
