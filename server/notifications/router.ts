import { allowed, router } from "#server/trpc";
import { readNotifications } from "./mutations.ts";
import { listNotifications } from "./queries.ts";
import { readNotificationsInput } from "./schema.ts";

export const notificationsRouter = router({
  list: allowed("contacts:read").query(({ ctx }) => ctx.tenant(listNotifications)),
  /** Marks as read what was on the screen. */
  read: allowed("contacts:read")
    .input(readNotificationsInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => readNotifications(tx, input.upTo))),
});
