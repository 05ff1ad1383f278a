import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { accountsRouter } from "#server/accounts/router";
import { analyticsRouter } from "#server/analytics/router";
import { campaignsRouter } from "#server/campaigns/router";
import { invitationsRouter } from "#server/invitations/router";
import { membersRouter } from "#server/members/router";
import { createCallerFactory, router } from "#server/trpc";
import { workspacesRouter } from "#server/workspaces/router";

export const appRouter = router({
  accounts: accountsRouter,
  analytics: analyticsRouter,
  campaigns: campaignsRouter,
  invitations: invitationsRouter,
  members: membersRouter,
  workspaces: workspacesRouter,
});

export const createCaller = createCallerFactory(appRouter);

export type AppRouter = typeof appRouter;
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
