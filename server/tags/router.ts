import { allowed, router } from "#server/trpc";
import { listTags } from "./queries.ts";

export const tagsRouter = router({
  list: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => listTags(tx))),
});
