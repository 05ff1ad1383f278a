import { commitThenSend } from "#server/drivers/events";
import { allowed, router } from "#server/trpc";
import { listCountries, listRegions } from "./holidays.ts";
import { addCalendar, removeCalendar } from "./mutations.ts";
import { listCalendars } from "./queries.ts";
import { calendarInput, calendarRef, regionsInput } from "./schema.ts";

const settings = allowed("workspace:settings");

export const holidayCalendarsRouter = router({
  list: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listCalendars)),
  countries: settings.query(() => listCountries()),
  regions: settings.input(regionsInput).query(({ input }) => listRegions(input.country)),

  add: settings.input(calendarInput).mutation(({ ctx, input }) => {
    const { tenantId, id: workspaceId } = ctx.member.workspace;
    const by = { scope: { tenantId, workspaceId }, userId: ctx.session.user.id };
    return commitThenSend(ctx.member.scope, (tx) => addCalendar(tx, by, input));
  }),
  remove: settings.input(calendarRef).mutation(({ ctx, input }) => {
    const { tenantId, id: workspaceId } = ctx.member.workspace;
    const by = { scope: { tenantId, workspaceId }, userId: ctx.session.user.id };
    return commitThenSend(ctx.member.scope, (tx) => removeCalendar(tx, by, input.id));
  }),
});
