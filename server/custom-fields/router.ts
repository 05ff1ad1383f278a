import { allowed, router } from "#server/trpc";
import { listCustomFields } from "./queries.ts";

export const customFieldsRouter = router({
  list: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => listCustomFields(tx))),
});
