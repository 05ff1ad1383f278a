import { allowed, router } from "#server/trpc";
import {
  createSchedule,
  deleteSchedule,
  runScheduleNow,
  switchSchedule,
  updateSchedule,
} from "./mutations.ts";
import { getSchedule, listSchedules } from "./queries.ts";
import { scheduleInput, scheduleRef, scheduleSwitch, scheduleUpdate } from "./schema.ts";

export const schedulesRouter = router({
  list: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => listSchedules(tx))),
  byId: allowed("contacts:read")
    .input(scheduleRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => getSchedule(tx, input.id))),
  create: allowed("contacts:write")
    .input(scheduleInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createSchedule(tx, input, ctx.member.scope))),
  update: allowed("contacts:write")
    .input(scheduleUpdate)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateSchedule(tx, input, ctx.member.scope))),
  /** Pauses, or goes on. */
  switch: allowed("contacts:write")
    .input(scheduleSwitch)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => switchSchedule(tx, input, ctx.session.user.id))),
  runNow: allowed("contacts:write")
    .input(scheduleRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => runScheduleNow(tx, input.id, ctx.session.user.id))),
  delete: allowed("contacts:write")
    .input(scheduleRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => deleteSchedule(tx, input.id, ctx.session.user.id))),
});
